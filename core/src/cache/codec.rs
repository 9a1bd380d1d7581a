//! Values as bytes.

use crate::error::{Code, Error, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// How deep a value may nest.
const DEEPEST: usize = 128;

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

/// What `serde` knows, as MessagePack: smaller than JSON, and bytes are bytes. Structures are written by the names of their
/// fields, so that others read them, and so that a field may be added.
#[derive(Debug, Clone, Copy, Default)]
pub struct MessagePack;

impl<V: Serialize + DeserializeOwned> Codec<V> for MessagePack {
    fn name(&self) -> &'static str {
        "msgpack"
    }

    fn encode(&self, value: &V) -> Result<Vec<u8>> {
        rmp_serde::to_vec_named(value).map_err(|error| refuse("write a value as MessagePack", error))
    }

    fn decode(&self, bytes: &[u8]) -> Result<V> {
        let mut reader = rmp_serde::Deserializer::new(bytes);
        // What nests deeper than this would need more of the stack than there may be.
        reader.set_max_depth(DEEPEST);
        let value = V::deserialize(&mut reader).map_err(|error| refuse("read a value as MessagePack", error))?;
        if reader.get_ref().is_empty() {
            Ok(value)
        } else {
            Err(Error::new(Code::ConfigInvalid, "read a value as MessagePack", "there is more behind it"))
        }
    }
}

fn refuse(what: &str, error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::new(Code::ConfigInvalid, what, error.to_string()).caused_by(error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    type Value = BTreeMap<String, Vec<(u64, Option<f64>)>>;

    fn value() -> Value {
        BTreeMap::from([("one".to_owned(), vec![(1, Some(0.5)), (u64::MAX, None)]), (String::new(), Vec::new())])
    }

    fn goes_there_and_back(codec: &impl Codec<Value>) {
        let bytes = codec.encode(&value()).unwrap();
        assert_eq!(codec.decode(&bytes).unwrap(), value());
        for cut in 0..bytes.len() {
            assert!(codec.decode(&bytes[..cut]).is_err(), "{cut} bytes of {}", codec.name());
        }
        assert!(codec.decode(&[&bytes[..], b"1"].concat()).is_err(), "{}: more than a value", codec.name());
    }

    #[test]
    fn values_go_there_and_back_and_nothing_else_does() {
        goes_there_and_back(&Json);
        goes_there_and_back(&MessagePack);
    }

    #[test]
    fn what_nests_without_end_or_claims_to_be_long_is_refused() {
        #[derive(Debug, Clone, Serialize, serde::Deserialize)]
        struct Nested(Vec<Nested>);
        let deep = vec![0x91; 1 << 20];
        assert!(Codec::<Nested>::decode(&MessagePack, &deep).is_err());
        let long = [0xdd, 0xff, 0xff, 0xff, 0xff, 1];
        assert!(Codec::<Vec<u64>>::decode(&MessagePack, &long).is_err());
    }
}
