//! Which suites there are.

use super::invoke_api;
use crate::shell::Outcome;
use clap::Subcommand;

/// A suite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Subcommand)]
pub(crate) enum Suite {
    /// boto3, the AWS CLI and a browser against `headstart serve`
    InvokeApi,
}

/// Runs a suite.
pub(crate) fn run(suite: Suite) -> Outcome {
    match suite {
        Suite::InvokeApi => invoke_api::run(),
    }
}
