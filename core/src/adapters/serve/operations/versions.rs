//! Versions: published and listed.

use super::Outcome;
use crate::adapters::serve::body::MOST_JSON;
use crate::adapters::serve::described;
use crate::adapters::serve::fault::Fault;
use crate::adapters::serve::record::{Record, Which};
use crate::adapters::serve::reply;
use crate::adapters::serve::requests::Publish;
use crate::adapters::serve::server::Shared;
use crate::adapters::serve::target::Target;
use axum::body::Body;
use axum::extract::State;
use http::StatusCode;
use serde_json::json;
use std::sync::Arc;
use uuid::Uuid;

/// `PublishVersion`.
pub(in super::super) async fn publish(State(shared): State<Arc<Shared>>, target: Target, body: Body) -> Outcome {
    let asked: Publish = shared.bodies.json(body, MOST_JSON, "PublishVersion").await?;
    let entry = shared.registry.find(&target.reference.name)?;
    entry.check_stored()?;
    let edit = |record: &mut Record| {
        Record::check_revision(&record.latest.revision, asked.revision_id.as_deref())?;
        check_code(&record.latest.code.sha256, asked.code_sha256.as_deref())?;
        Ok(record.publish(asked.description, Uuid::new_v4().to_string()).0)
    };
    let number = shared.registry.change(&entry, edit).await?;
    let (state, which) = (entry.state(), Which::Published(number));
    let shown = described::configuration(&entry.name, which, state.record.version(which)?, Some(&number.to_string()));
    Ok(reply::json(StatusCode::CREATED, &shown))
}

fn check_code(current: &str, expected: Option<&str>) -> Result<(), Fault> {
    match expected {
        Some(expected) if !expected.is_empty() && expected != current => Err(Fault::invalid(format!(
            "CodeSHA256 ({expected}) is different from current CodeSHA256 in $LATEST ({current}). \
             Please try again with the CodeSHA256 in $LATEST."
        ))),
        _ => Ok(()),
    }
}

/// `ListVersionsByFunction`.
pub(in super::super) async fn list(State(shared): State<Arc<Shared>>, target: Target) -> Outcome {
    let state = shared.registry.find(&target.reference.name)?.state();
    let versions = state.record.versions().map(|(which, version)| {
        let qualifier = which.to_string();
        let shown = described::configuration(&state.record.name, which, version, Some(&qualifier));
        (qualifier, shown)
    });
    let (page, next) = target.query.page(versions.collect())?;
    Ok(reply::json(StatusCode::OK, &json!({"Versions": page, "NextMarker": next})))
}
