//! Workers that are HTTP servers: what the protocols of several platforms have in common.
//!
//! A process is told a port of the loopback device to listen on. Once it takes connections it is initialized, if its
//! protocol has a request for that, and is then given an event a request. How things are put is a protocol's [`Manner`].

mod client;
mod manner;
mod port;
mod translator;
mod worker;

pub(super) use manner::{Call, Function, Manner, Sent, as_it_was, posted};
pub(super) use worker::HttpWorker;
