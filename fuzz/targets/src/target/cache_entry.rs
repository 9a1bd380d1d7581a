//! An entry of a cache that was made to be wrong: magic, key and checksum are put right, so that what it says is looked at
//! too.

use headstart::cache::{KeyHash, Moment, Namespace, read_entry};

const HEAD: usize = 104;
const CHECKSUM: usize = 96;

fn put_right(data: &[u8], key: &KeyHash) -> Option<Vec<u8>> {
    let mut bytes = data.to_vec();
    let head = bytes.get_mut(..HEAD)?;
    head[..6].copy_from_slice(b"HSCE\x01\0");
    head[8..40].copy_from_slice(key.as_bytes());
    head[92..CHECKSUM].fill(0);
    let mut hasher = xxhash_rust::xxh3::Xxh3Default::new();
    hasher.update(&bytes[..CHECKSUM]);
    hasher.update(&bytes[HEAD..]);
    bytes[CHECKSUM..HEAD].copy_from_slice(&hasher.digest().to_le_bytes());
    Some(bytes)
}

pub(crate) fn run(data: &[u8]) {
    let key = KeyHash::of(&Namespace::new("function", "code", "bytes"), b"key");
    assert!(data.get(8..40) == Some(key.as_bytes()) || read_entry(data, &key).is_err(), "it is another key's");
    let Some(bytes) = put_right(data, &key) else { return };
    if let Ok(stored) = read_entry(&bytes, &key) {
        let value = stored.value.as_ref().map_or(0, |value| value.len());
        assert!(value + HEAD + stored.tags.len() * 24 <= bytes.len(), "nothing comes from elsewhere");
        for wall_ns in [0, stored.life.created, stored.life.fresh_until, u64::MAX] {
            // Whatever the times are, there is an answer.
            let _ = stored.life.state(Moment { wall_ns, epoch: 0 });
        }
    }
}
