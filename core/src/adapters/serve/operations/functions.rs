//! Functions: made, shown, listed, configured, deleted.

use super::Outcome;
use super::code::archive;
use crate::adapters::serve::body::{MOST_CODE, MOST_JSON};
use crate::adapters::serve::described;
use crate::adapters::serve::fault::Fault;
use crate::adapters::serve::name::{self, Qualifier};
use crate::adapters::serve::record::{Record, Version, Which};
use crate::adapters::serve::reply;
use crate::adapters::serve::requests::{Configuration, Create};
use crate::adapters::serve::server::Shared;
use crate::adapters::serve::target::{Query, Target};
use axum::body::Body;
use axum::extract::State;
use http::StatusCode;
use serde_json::{Value, json};
use std::sync::Arc;
use uuid::Uuid;

/// `CreateFunction`.
pub(in super::super) async fn create(State(shared): State<Arc<Shared>>, body: Body) -> Outcome {
    let asked: Create = shared.bodies.json(body, MOST_CODE, "CreateFunction").await?;
    let name = name::new_function(&asked.function_name)?;
    let needed = |value: &Option<String>, member: &str| match value {
        Some(text) if !text.is_empty() => Ok(()),
        _ => Err(Fault::constraint("null", member, "not be null")),
    };
    if asked.package_type.as_deref().is_some_and(|it| it != "Zip") {
        return Err(Fault::invalid("PackageType Image is not supported by this server."));
    }
    needed(&asked.configuration.runtime, "runtime")?;
    needed(&asked.configuration.handler, "handler")?;
    let archive = archive(asked.code)?;
    let revision = Uuid::new_v4().to_string();
    let make = |code| {
        let mut latest = Version::bare(code, revision);
        asked.configuration.apply(&mut latest)?;
        let mut record = Record::new(name.clone(), latest);
        record.tags = asked.tags;
        if asked.publish {
            record.publish(None, Uuid::new_v4().to_string());
        }
        Ok(record)
    };
    let entry = shared.registry.create(&name, archive, make).await?;
    let state = entry.state();
    let shown = match state.record.published.last_key_value() {
        Some((number, version)) => {
            described::configuration(&name, Which::Published(*number), version, Some(&number.to_string()))
        }
        None => described::configuration(&name, Which::Latest, &state.record.latest, None),
    };
    Ok(reply::json(StatusCode::CREATED, &shown))
}

/// `GetFunction`.
pub(in super::super) async fn get(State(shared): State<Arc<Shared>>, target: Target) -> Outcome {
    show(&shared, &target, described::function)
}

/// `GetFunctionConfiguration`.
pub(in super::super) async fn configuration(State(shared): State<Arc<Shared>>, target: Target) -> Outcome {
    show(&shared, &target, |record, which, version, qualifier| {
        described::configuration(&record.name, which, version, qualifier)
    })
}

fn show(
    shared: &Shared,
    target: &Target,
    shown: impl FnOnce(&Record, Which, &Version, Option<&str>) -> Value,
) -> Outcome {
    let state = shared.registry.find(&target.reference.name)?.state();
    let qualifier = target.reference.qualifier.as_ref();
    let which = state.record.resolve(qualifier, 1.0)?;
    let qualifier = qualifier.map(ToString::to_string);
    let shown = shown(&state.record, which, state.record.version(which)?, qualifier.as_deref());
    Ok(reply::json(StatusCode::OK, &shown))
}

/// `ListFunctions`.
pub(in super::super) async fn list(State(shared): State<Arc<Shared>>, query: Query) -> Outcome {
    let every = match query.get("FunctionVersion") {
        None => false,
        Some("ALL") => true,
        Some(other) => return Err(Fault::constraint(other, "functionVersion", "satisfy enum value set: [ALL]")),
    };
    let mut all = Vec::new();
    for entry in shared.registry.all() {
        let state = entry.state();
        for (which, version) in state.record.versions().take(if every { usize::MAX } else { 1 }) {
            let qualifier = every.then(|| which.to_string());
            let shown = described::configuration(&entry.name, which, version, qualifier.as_deref());
            all.push((format!("{}:{which}", entry.name), shown));
        }
    }
    let (page, next) = query.page(all)?;
    Ok(reply::json(StatusCode::OK, &json!({"Functions": page, "NextMarker": next})))
}

/// `UpdateFunctionConfiguration`.
pub(in super::super) async fn update_configuration(
    State(shared): State<Arc<Shared>>,
    target: Target,
    body: Body,
) -> Outcome {
    let asked: Configuration = shared.bodies.json(body, MOST_JSON, "UpdateFunctionConfiguration").await?;
    let entry = shared.registry.find(&target.reference.name)?;
    entry.check_stored()?;
    let expected = asked.revision_id.clone();
    let edit = |record: &mut Record| {
        Record::check_revision(&record.latest.revision, expected.as_deref())?;
        asked.apply(&mut record.latest)?;
        record.latest.revision = Uuid::new_v4().to_string();
        record.latest.modified = described::now();
        Ok(())
    };
    shared.registry.change(&entry, edit).await?;
    let latest = &entry.state().record.latest;
    Ok(reply::json(StatusCode::OK, &described::configuration(&entry.name, Which::Latest, latest, None)))
}

/// `DeleteFunction`, of all of it or of one version.
pub(in super::super) async fn delete(State(shared): State<Arc<Shared>>, target: Target) -> Outcome {
    let entry = shared.registry.find(&target.reference.name)?;
    match target.reference.qualifier {
        None => shared.registry.remove(&entry).await?,
        Some(Qualifier::Version(number)) => {
            entry.check_stored()?;
            shared.registry.change(&entry, |record| record.remove_version(number)).await?;
        }
        Some(Qualifier::Latest) => {
            return Err(Fault::invalid("$LATEST version cannot be deleted without deleting the function."));
        }
        Some(Qualifier::Alias(_)) => {
            return Err(Fault::invalid("Deletion of aliases is not currently supported by this operation."));
        }
    }
    Ok(reply::empty(StatusCode::NO_CONTENT))
}
