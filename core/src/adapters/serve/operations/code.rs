//! `UpdateFunctionCode`.

use super::Outcome;
use crate::adapters::serve::body::MOST_CODE;
use crate::adapters::serve::described;
use crate::adapters::serve::fault::Fault;
use crate::adapters::serve::record::{CodeRecord, Record, Which};
use crate::adapters::serve::reply;
use crate::adapters::serve::requests::{Code, UpdateCode, check_architecture};
use crate::adapters::serve::server::Shared;
use crate::adapters::serve::target::Target;
use axum::body::Body;
use axum::extract::State;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use std::sync::Arc;
use uuid::Uuid;

/// Has a function run another archive.
pub(in super::super) async fn update(State(shared): State<Arc<Shared>>, target: Target, body: Body) -> Outcome {
    let asked: UpdateCode = shared.bodies.json(body, MOST_CODE, "UpdateFunctionCode").await?;
    let entry = shared.registry.find(&target.reference.name)?;
    entry.check_stored()?;
    check_architecture(asked.architectures.as_deref())?;
    let archive = archive(asked.code)?;
    let name = entry.name.clone();
    let edit = |record: &mut Record, code: CodeRecord| {
        Record::check_revision(&record.latest.revision, asked.revision_id.as_deref())?;
        let mut changed = record.clone();
        changed.latest.code = code;
        changed.latest.revision = Uuid::new_v4().to_string();
        changed.latest.modified = described::now();
        let published = asked.publish.then(|| changed.publish(None, Uuid::new_v4().to_string()).0);
        let shown = match published {
            Some(number) => {
                let version = changed.version(Which::Published(number))?;
                described::configuration(&name, Which::Published(number), version, Some(&number.to_string()))
            }
            None => described::configuration(&name, Which::Latest, &changed.latest, None),
        };
        if !asked.dry_run {
            *record = changed;
        }
        Ok(shown)
    };
    let shown = shared.registry.change_code(&entry, archive, edit).await?;
    Ok(reply::json(StatusCode::OK, &shown))
}

/// The archive that a request brings.
pub(super) fn archive(code: Code) -> Result<Vec<u8>, Fault> {
    let elsewhere = code.s3_bucket.is_some() || code.image_uri.is_some();
    let Some(text) = code.zip_file else {
        let text = if elsewhere {
            "This server takes code as ZipFile only, not from S3 and not as an image."
        } else {
            "Please provide a source for function code."
        };
        return Err(Fault::invalid(text));
    };
    STANDARD
        .decode(text)
        .map_err(|error| Fault::invalid(format!("Could not unzip uploaded file. ZipFile is no base64: {error}")))
}
