//! `GetAccountSettings`.

use super::Outcome;
use crate::adapters::serve::reply;
use crate::adapters::serve::server::Shared;
use crate::adapters::serve::store::UNZIPPED;
use axum::extract::State;
use http::StatusCode;
use serde_json::json;
use std::sync::Arc;

/// Bytes: AWS's quotas of one archive, and of all of an account. Of the latter this server keeps what fits on its disk.
const ZIPPED: u64 = 52_428_800;
const ALL: u64 = 80_530_636_800;

/// Limits, and what is used of them.
pub(in super::super) async fn settings(State(shared): State<Arc<Shared>>) -> Outcome {
    let limits = &shared.registry.limits;
    let all = shared.registry.all();
    let size = |entry: &std::sync::Arc<_>| -> u64 {
        let entry: &crate::adapters::serve::entry::Entry = entry;
        entry.state().record.versions().map(|(_, version)| version.code.bytes).sum()
    };
    let shown = json!({
        "AccountLimit": {
            "TotalCodeSize": ALL,
            "CodeSizeUnzipped": UNZIPPED,
            "CodeSizeZipped": ZIPPED,
            "ConcurrentExecutions": limits.most(),
            "UnreservedConcurrentExecutions": limits.unreserved(),
        },
        "AccountUsage": {"TotalCodeSize": all.iter().map(size).sum::<u64>(), "FunctionCount": all.len()},
    });
    Ok(reply::json(StatusCode::OK, &shown))
}
