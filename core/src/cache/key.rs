//! Keys and namespaces as digests, so that any text is a file's name and none is another's.

use std::fmt;

/// What tells a key of a namespace from all others.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyHash(pub(super) [u8; 32]);

impl KeyHash {
    /// Of a key in a namespace (BLAKE3, keyed by the namespace).
    pub fn of(namespace: &Namespace, key: &[u8]) -> Self {
        Self(*blake3::keyed_hash(&namespace.digest, key).as_bytes())
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// A place for it in a lock file.
    pub(super) fn offset(&self) -> u64 {
        let first = self.0.first_chunk().copied().unwrap_or_default();
        // An offset is a signed number, and one byte behind it is locked.
        u64::from_le_bytes(first) >> 2
    }
}

/// A place in a lock file that no key has.
pub(super) const BEYOND_KEYS: u64 = 1 << 62;

/// A key with its digest, for what takes longer than to find it in the process.
#[derive(Debug, Clone)]
pub(super) struct Key {
    pub(super) bytes: Box<[u8]>,
    pub(super) hash: KeyHash,
}

impl fmt::Display for KeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&blake3::Hash::from(self.0).to_hex())
    }
}

impl fmt::Debug for KeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyHash({self})")
    }
}

/// Whose keys they are: what two namespaces hold never meets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Namespace {
    name: String,
    digest: [u8; 32],
}

impl Namespace {
    /// Of a function's name, what its code and dependencies are, and how values are written down.
    pub fn new(function: &str, code: &str, codec: &str) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key("headstart cache namespace 1");
        for part in [function, code, codec] {
            // The length before each part: no part can continue another.
            hasher.update(&(part.len() as u64).to_le_bytes()).update(part.as_bytes());
        }
        Self { name: function.to_owned(), digest: *hasher.finalize().as_bytes() }
    }

    /// The function's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name of its directory.
    pub fn directory(&self) -> String {
        blake3::Hash::from(self.digest).to_hex()[..32].to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_meet() {
        let (one, other) = (Namespace::new("a", "bc", ""), Namespace::new("ab", "c", ""));
        assert_ne!(one.directory(), other.directory());
        let keys = ["../x", "..", "x\0", "x", "", "\u{e9}", "e\u{301}", &"k".repeat(10_240)];
        let mut seen: Vec<_> =
            keys.iter().flat_map(|key| [&one, &other].map(|it| KeyHash::of(it, key.as_bytes()).to_string())).collect();
        assert!(seen.iter().all(|name| name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit())));
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), keys.len() * 2);
    }
}
