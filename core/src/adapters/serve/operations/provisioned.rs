//! Provisioned concurrency: instances that the host holds ready.

use super::Outcome;
use crate::adapters::serve::body::MOST_JSON;
use crate::adapters::serve::described;
use crate::adapters::serve::entry::{Entry, Source};
use crate::adapters::serve::fault::{Fault, Kind};
use crate::adapters::serve::name::Qualifier;
use crate::adapters::serve::record::{Provisioned, Record};
use crate::adapters::serve::reply;
use crate::adapters::serve::requests::Provision;
use crate::adapters::serve::server::Shared;
use crate::adapters::serve::target::Target;
use axum::body::Body;
use axum::extract::State;
use http::StatusCode;
use serde_json::{Value, json};
use std::sync::Arc;

/// `PutProvisionedConcurrencyConfig`.
pub(in super::super) async fn put(State(shared): State<Arc<Shared>>, target: Target, body: Body) -> Outcome {
    let asked: Provision = shared.bodies.json(body, MOST_JSON, "PutProvisionedConcurrencyConfig").await?;
    let count = asked.provisioned_concurrent_executions;
    if count == 0 {
        return Err(Fault::constraint("0", "provisionedConcurrentExecutions", "have value greater than or equal to 1"));
    }
    let (entry, qualifier) = qualified(&shared, &target)?;
    let most = shared.registry.limits.most();
    let edit = |record: &mut Record| {
        record.resolve(target.reference.qualifier.as_ref(), 1.0)?;
        let kept = record.provisioned.iter().filter(|(own, _)| **own != qualifier).map(|(_, it)| it.count);
        let total = kept.sum::<u32>().saturating_add(count);
        if record.reserved.is_some_and(|reserved| total > reserved) {
            let text = "Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function";
            return Err(Fault::invalid(text));
        }
        if usize::try_from(total).is_ok_and(|total| total > most) {
            return Err(Fault::invalid(format!("Requested Provisioned Concurrency is over the limit of {most}.")));
        }
        record.provisioned.insert(qualifier.clone(), Provisioned { count, modified: described::now() });
        Ok(())
    };
    shared.registry.change(&entry, edit).await?;
    Ok(reply::json(StatusCode::ACCEPTED, &show(&shared, &entry, &qualifier)?))
}

/// `GetProvisionedConcurrencyConfig`, and `ListProvisionedConcurrencyConfigs` where the query says `List=ALL`.
pub(in super::super) async fn get(State(shared): State<Arc<Shared>>, target: Target) -> Outcome {
    if target.query.get("List").is_some() {
        return list(&shared, &target);
    }
    let (entry, qualifier) = qualified(&shared, &target)?;
    Ok(reply::json(StatusCode::OK, &show(&shared, &entry, &qualifier)?))
}

fn list(shared: &Shared, target: &Target) -> Outcome {
    let entry = shared.registry.find(&target.reference.name)?;
    let mut all = Vec::new();
    for qualifier in entry.state().record.provisioned.keys() {
        let mut shown = show(shared, &entry, qualifier)?;
        shown["FunctionArn"] = described::arn(&entry.name, Some(qualifier)).into();
        all.push((qualifier.clone(), shown));
    }
    let (page, next) = target.query.page(all)?;
    Ok(reply::json(StatusCode::OK, &json!({"ProvisionedConcurrencyConfigs": page, "NextMarker": next})))
}

/// `DeleteProvisionedConcurrencyConfig`.
pub(in super::super) async fn delete(State(shared): State<Arc<Shared>>, target: Target) -> Outcome {
    let (entry, qualifier) = qualified(&shared, &target)?;
    let edit = |record: &mut Record| {
        record.provisioned.remove(&qualifier);
        Ok(())
    };
    shared.registry.change(&entry, edit).await?;
    Ok(reply::empty(StatusCode::NO_CONTENT))
}

/// The function, and the version or alias: `$LATEST` only where nothing can be published.
fn qualified(shared: &Shared, target: &Target) -> Result<(Arc<Entry>, String), Fault> {
    let entry = shared.registry.find(&target.reference.name)?;
    match &target.reference.qualifier {
        Some(qualifier) if *qualifier != Qualifier::Latest || entry.source != Source::Stored => {
            Ok((entry, qualifier.to_string()))
        }
        Some(_) => {
            Err(Fault::invalid("Provisioned Concurrency Configs cannot be applied to unpublished function versions."))
        }
        None => Err(Fault::constraint("null", "qualifier", "not be null")),
    }
}

fn show(shared: &Shared, entry: &Entry, qualifier: &str) -> Result<Value, Fault> {
    let state = entry.state();
    let Some(Provisioned { count, modified }) = state.record.provisioned.get(qualifier) else {
        let text = "No Provisioned Concurrency Config found for this function";
        return Err(Fault::new(Kind::NoProvisioned, text));
    };
    let which = state.record.resolve(Some(&Qualifier::parse(qualifier)?), 1.0)?;
    let held = state.live(which)?.known().and_then(|id| shared.registry.host.held(id).ok());
    let (present, failure) = held.map_or((0, None), |held| (held.present, held.failure));
    Ok(described::provisioned(*count, modified, present, failure))
}
