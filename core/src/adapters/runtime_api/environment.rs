//! The variables that Lambda defines for a runtime (Developer Guide, "Working with Lambda environment variables").

use super::protocol::RuntimeApi;
use crate::config::environment::FUNCTION_VERSION;
use crate::instance::Subject;
use std::collections::BTreeMap;
use std::net::SocketAddr;

/// What Lambda calls a function without a limit of ours: its own largest memory, in MiB.
const MOST_MEMORY: u64 = 10_240;

/// The variables of one worker.
pub(super) fn of(api: &RuntimeApi, function: &Subject<'_>, address: SocketAddr) -> BTreeMap<String, String> {
    let memory = function.memory_limit.map_or(MOST_MEMORY, |bytes| (bytes >> 20).max(1));
    let version = api.told_version();
    // Where a function's log goes is this host's affair; libraries want a name all the same.
    let stream = format!("[{version}]{}", address.port());
    let task_root = function.package.display().to_string();
    let kind = if api.is_snap_start() { "snap-start" } else { "on-demand" };
    let variables = [
        ("AWS_LAMBDA_RUNTIME_API", address.to_string()),
        ("_HANDLER", function.entry.to_owned()),
        ("LAMBDA_TASK_ROOT", task_root),
        ("AWS_LAMBDA_FUNCTION_NAME", function.name.to_owned()),
        (FUNCTION_VERSION, version.to_owned()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", memory.to_string()),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", kind.to_owned()),
        ("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{}", function.name)),
        ("AWS_LAMBDA_LOG_STREAM_NAME", stream),
        ("AWS_REGION", api.told_region().to_owned()),
        ("AWS_DEFAULT_REGION", api.told_region().to_owned()),
    ];
    let runtime = function.runtime.map(|runtime| ("AWS_EXECUTION_ENV", format!("AWS_Lambda_{runtime}")));
    variables.into_iter().chain(runtime).map(|(name, value)| (name.to_owned(), value)).collect()
}
