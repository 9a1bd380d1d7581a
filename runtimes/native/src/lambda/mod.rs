//! The launcher as a runtime of AWS Lambda: a client of the Lambda Runtime API that hands events to the Python or Node
//! launcher, which it starts, or to a handler library.
//!
//! Towards AWS it speaks HTTP ("Using the Lambda runtime API for custom runtimes", AWS Lambda developer guide), and so it
//! does towards Tencent's SCF, in another [`dialect`]; towards the launcher it speaks the bootstrap protocol, as a host
//! does. It starts as `bootstrap`, as `headstart-native-launcher lambda`,
//! or in place of another runtime as its wrapper (`AWS_LAMBDA_EXEC_WRAPPER`).

mod api;
mod concurrent;
mod dialect;
mod fault;
mod http;
mod instance;
mod invocation;
mod library;
mod original;
mod program;
mod run;
mod search_path;
mod serve;
mod settings;
mod snap_start;
mod starter;
mod stream;
mod waiting;
mod worker;

pub(crate) use run::run;
