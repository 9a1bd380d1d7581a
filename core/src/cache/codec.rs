//! Values as bytes.

use crate::error::{Code, Error, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// Turns values into bytes and back.
pub trait Codec<V>: Send + Sync {
    /// Tells this form from others, and its versions from each other: part of the namespace.
    fn name(&self) -> &str;

    /// The bytes of a value.
    ///
    /// Fails where it has no form in them; the value is then served and not kept on the node.
    fn encode(&self, value: &V) -> Result<Vec<u8>>;

    /// The value that bytes are of.
    ///
    /// Fails where they are of none; that is a miss.
    fn decode(&self, bytes: &[u8]) -> Result<V>;

    /// How many bytes a value takes in memory, roughly.
    fn weight(&self, _: &V) -> usize {
        size_of::<V>()
    }
}

/// Bytes as they are.
#[derive(Debug, Clone, Copy, Default)]
pub struct Bytes;

impl Codec<Arc<[u8]>> for Bytes {
    fn name(&self) -> &'static str {
        "bytes"
    }

    fn encode(&self, value: &Arc<[u8]>) -> Result<Vec<u8>> {
        Ok(value.to_vec())
    }

    fn decode(&self, bytes: &[u8]) -> Result<Arc<[u8]>> {
        Ok(bytes.into())
    }

    fn weight(&self, value: &Arc<[u8]>) -> usize {
        value.len()
    }
}

/// What `serde` knows, as JSON.
#[derive(Debug, Clone, Copy, Default)]
pub struct Json;

impl<V: Serialize + DeserializeOwned> Codec<V> for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn encode(&self, value: &V) -> Result<Vec<u8>> {
        serde_json::to_vec(value).map_err(|error| refuse("write a value as JSON", error))
    }

    fn decode(&self, bytes: &[u8]) -> Result<V> {
        serde_json::from_slice(bytes).map_err(|error| refuse("read a value as JSON", error))
    }
}

fn refuse(what: &str, error: serde_json::Error) -> Error {
    Error::new(Code::ConfigInvalid, what, error.to_string()).caused_by(error)
}
