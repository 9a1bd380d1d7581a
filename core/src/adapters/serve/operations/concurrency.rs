//! Reserved concurrency.

use super::Outcome;
use crate::adapters::serve::body::MOST_JSON;
use crate::adapters::serve::described;
use crate::adapters::serve::fault::Fault;
use crate::adapters::serve::record::Record;
use crate::adapters::serve::reply;
use crate::adapters::serve::requests::Reserve;
use crate::adapters::serve::server::Shared;
use crate::adapters::serve::target::Target;
use axum::body::Body;
use axum::extract::State;
use http::StatusCode;
use std::sync::Arc;

/// `PutFunctionConcurrency`.
pub(in super::super) async fn put(State(shared): State<Arc<Shared>>, target: Target, body: Body) -> Outcome {
    let asked: Reserve = shared.bodies.json(body, MOST_JSON, "PutFunctionConcurrency").await?;
    let wanted = asked.reserved_concurrent_executions;
    let entry = shared.registry.find(&target.reference.name)?;
    let edit = |record: &mut Record| {
        let provisioned: u32 = record.provisioned.values().map(|it| it.count).sum();
        if provisioned > wanted {
            let text =
                "Requested Reserved Concurrency should not be less than the provisioned concurrency for function";
            return Err(Fault::invalid(text));
        }
        record.reserved = Some(wanted);
        Ok(())
    };
    shared.registry.change(&entry, edit).await?;
    Ok(reply::json(StatusCode::OK, &described::concurrency(Some(wanted))))
}

/// `GetFunctionConcurrency`.
pub(in super::super) async fn get(State(shared): State<Arc<Shared>>, target: Target) -> Outcome {
    let state = shared.registry.find(&target.reference.name)?.state();
    Ok(reply::json(StatusCode::OK, &described::concurrency(state.record.reserved)))
}

/// `DeleteFunctionConcurrency`.
pub(in super::super) async fn delete(State(shared): State<Arc<Shared>>, target: Target) -> Outcome {
    let entry = shared.registry.find(&target.reference.name)?;
    let edit = |record: &mut Record| {
        record.reserved = None;
        Ok(())
    };
    shared.registry.change(&entry, edit).await?;
    Ok(reply::empty(StatusCode::NO_CONTENT))
}
