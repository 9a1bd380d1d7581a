//! Other ways to start the function, named in a file: what Headstart is compared with.

use headstart::{Code, Error};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A command that behaves as the plain arm does: it says `ready` once the handler is there, takes one event on standard
/// input and answers with its result; its own lines begin with a record separator (0x1e).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Peer {
    /// The arm's name in the results.
    pub(super) name: String,
    pub(super) program: PathBuf,
    #[serde(default)]
    pub(super) arguments: Vec<String>,
    /// Beside the function's own.
    #[serde(default)]
    pub(super) environment: BTreeMap<String, String>,
}

/// Reads a JSON array of peers; none where there is no file.
pub(super) fn read(file: Option<&Path>) -> Result<Vec<Peer>, Error> {
    let Some(file) = file else { return Ok(Vec::new()) };
    let refuse =
        |message: String| Error::new(Code::ConfigInvalid, "read the peers", message).with("file", file.display());
    let text = std::fs::read(file).map_err(|error| refuse(error.to_string()))?;
    serde_json::from_slice(&text).map_err(|error| refuse(error.to_string()))
}
