//! Aliases: names that lead to versions.

use super::Outcome;
use crate::adapters::serve::body::MOST_JSON;
use crate::adapters::serve::described;
use crate::adapters::serve::entry::Entry;
use crate::adapters::serve::fault::{Fault, Kind};
use crate::adapters::serve::name;
use crate::adapters::serve::record::{Alias, Record, Which};
use crate::adapters::serve::reply;
use crate::adapters::serve::requests::{PutAlias, Routing};
use crate::adapters::serve::server::Shared;
use crate::adapters::serve::target::Target;
use axum::body::Body;
use axum::extract::State;
use http::StatusCode;
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

/// `CreateAlias`.
pub(in super::super) async fn create(State(shared): State<Arc<Shared>>, target: Target, body: Body) -> Outcome {
    let asked: PutAlias = shared.bodies.json(body, MOST_JSON, "CreateAlias").await?;
    let name = name::alias(asked.name.as_deref().unwrap_or_default())?.to_owned();
    let entry = shared.registry.find(&target.reference.name)?;
    let edit = |record: &mut Record| {
        if record.aliases.contains_key(&name) {
            let arn = described::arn(&record.name, Some(&name));
            return Err(Fault::new(Kind::Conflict, format!("Alias already exists: {arn}")));
        }
        let none = Alias { version: 0, description: String::new(), weights: BTreeMap::new(), revision: String::new() };
        let version = asked.function_version.clone().unwrap_or_default();
        put(record, &name, none, PutAlias { function_version: Some(version), ..asked })
    };
    shared.registry.change(&entry, edit).await?;
    show(&entry, &name, StatusCode::CREATED)
}

/// `UpdateAlias`.
pub(in super::super) async fn update(State(shared): State<Arc<Shared>>, target: Target, body: Body) -> Outcome {
    let asked: PutAlias = shared.bodies.json(body, MOST_JSON, "UpdateAlias").await?;
    let (name, entry) = named(&shared, &target)?;
    let edit = |record: &mut Record| {
        let current = record.alias(&name)?.clone();
        Record::check_revision(&current.revision, asked.revision_id.as_deref())?;
        put(record, &name, current, asked)
    };
    shared.registry.change(&entry, edit).await?;
    show(&entry, &name, StatusCode::OK)
}

/// `GetAlias`.
pub(in super::super) async fn get(State(shared): State<Arc<Shared>>, target: Target) -> Outcome {
    let (name, entry) = named(&shared, &target)?;
    show(&entry, &name, StatusCode::OK)
}

/// `DeleteAlias`; one that is not there is as good as deleted.
pub(in super::super) async fn delete(State(shared): State<Arc<Shared>>, target: Target) -> Outcome {
    let (name, entry) = named(&shared, &target)?;
    let edit = |record: &mut Record| {
        record.aliases.remove(&name);
        record.provisioned.remove(&name);
        Ok(())
    };
    shared.registry.change(&entry, edit).await?;
    Ok(reply::empty(StatusCode::NO_CONTENT))
}

/// `ListAliases`, of all versions or of one.
pub(in super::super) async fn list(State(shared): State<Arc<Shared>>, target: Target) -> Outcome {
    let state = shared.registry.find(&target.reference.name)?.state();
    let of = target.query.get("FunctionVersion");
    let leads = |alias: &Alias| of.is_none_or(|version| alias.version.to_string() == version);
    let aliases = state.record.aliases.iter().filter(|(_, alias)| leads(alias));
    let aliases = aliases.map(|(name, alias)| (name.clone(), described::alias(&state.record.name, name, alias)));
    let (page, next) = target.query.page(aliases.collect())?;
    Ok(reply::json(StatusCode::OK, &json!({"Aliases": page, "NextMarker": next})))
}

fn named(shared: &Shared, target: &Target) -> Result<(String, Arc<Entry>), Fault> {
    let name = name::alias(target.names.get("alias"))?.to_owned();
    Ok((name, shared.registry.find(&target.reference.name)?))
}

fn show(entry: &Entry, name: &str, status: StatusCode) -> Outcome {
    let state = entry.state();
    Ok(reply::json(status, &described::alias(&entry.name, name, state.record.alias(name)?)))
}

/// Keeps an alias as it was, changed by what is asked.
fn put(record: &mut Record, name: &str, mut alias: Alias, asked: PutAlias) -> Result<(), Fault> {
    if let Some(text) = &asked.function_version {
        alias.version = published(record, text)?;
    }
    if let Some(routing) = &asked.routing_config {
        alias.weights = weights(record, alias.version, routing)?;
    }
    alias.description = asked.description.unwrap_or(alias.description);
    alias.revision = Uuid::new_v4().to_string();
    record.aliases.insert(name.to_owned(), alias);
    Ok(())
}

fn published(record: &Record, text: &str) -> Result<u64, Fault> {
    let refuse =
        || Fault::constraint(text, "functionVersion", r"satisfy regular expression pattern: (\$LATEST|[0-9]+)");
    if text == "$LATEST" {
        return Err(Fault::invalid("An alias of this server leads to a published version, not to $LATEST."));
    }
    let number = text.parse().map_err(|_| refuse())?;
    record.version(Which::Published(number)).map(|_| number)
}

fn weights(record: &Record, own: u64, routing: &Routing) -> Result<BTreeMap<u64, f64>, Fault> {
    let mut weights = BTreeMap::new();
    for (version, weight) in &routing.additional_version_weights {
        if !(0.0..=1.0).contains(weight) {
            return Err(Fault::invalid("The weight of a version is from 0.0 to 1.0."));
        }
        weights.insert(published(record, version)?, *weight);
    }
    if weights.len() > 1 || weights.contains_key(&own) {
        return Err(Fault::invalid("An alias shares requests with one other version."));
    }
    Ok(weights)
}
