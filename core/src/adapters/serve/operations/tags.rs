//! Tags of functions.

use super::Outcome;
use crate::adapters::serve::body::MOST_JSON;
use crate::adapters::serve::described;
use crate::adapters::serve::entry::Entry;
use crate::adapters::serve::fault::Fault;
use crate::adapters::serve::name::Reference;
use crate::adapters::serve::record::Record;
use crate::adapters::serve::reply;
use crate::adapters::serve::requests::Tag;
use crate::adapters::serve::server::Shared;
use crate::adapters::serve::target::{Names, Query};
use axum::body::Body;
use axum::extract::State;
use http::StatusCode;
use serde_json::json;
use std::sync::Arc;

/// How many tags a function may have: AWS's quota.
const MOST: usize = 50;

/// `ListTags`.
pub(in super::super) async fn list(State(shared): State<Arc<Shared>>, names: Names) -> Outcome {
    let state = tagged(&shared, &names)?.state();
    Ok(reply::json(StatusCode::OK, &json!({"Tags": state.record.tags})))
}

/// `TagResource`.
pub(in super::super) async fn add(State(shared): State<Arc<Shared>>, names: Names, body: Body) -> Outcome {
    let Tag { tags } = shared.bodies.json(body, MOST_JSON, "TagResource").await?;
    let edit = |record: &mut Record| {
        record.tags.extend(tags);
        if record.tags.len() > MOST {
            return Err(Fault::invalid(format!("A function has at most {MOST} tags.")));
        }
        Ok(())
    };
    shared.registry.change(&tagged(&shared, &names)?, edit).await?;
    Ok(reply::empty(StatusCode::NO_CONTENT))
}

/// `UntagResource`.
pub(in super::super) async fn remove(State(shared): State<Arc<Shared>>, names: Names, query: Query) -> Outcome {
    let edit = |record: &mut Record| {
        query.all("tagKeys").for_each(|key| drop(record.tags.remove(key)));
        Ok(())
    };
    shared.registry.change(&tagged(&shared, &names)?, edit).await?;
    Ok(reply::empty(StatusCode::NO_CONTENT))
}

/// The function that an ARN names.
fn tagged(shared: &Shared, names: &Names) -> Result<Arc<Entry>, Fault> {
    let resource = names.get("resource");
    let name =
        described::named(resource).ok_or_else(|| Fault::constraint(resource, "resource", "be an ARN of a function"))?;
    shared.registry.find(&Reference::parse(name)?.name)
}
