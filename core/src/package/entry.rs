//! Entries: which file of a package, and what in it, is the handler.

use crate::error::{Code, Error, Result};
use std::fmt;
use std::str::FromStr;

/// `module.attribute`: `app.handler`, `pkg.mod.handler`, `dist/index.handler`.
///
/// ```
/// let entry: headstart::package::Entry = "dist/index.handler".parse()?;
/// assert_eq!((entry.module(), entry.attribute()), ("dist/index", "handler"));
/// # Ok::<(), headstart::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Entry {
    text: String,
    dot: usize,
}

impl Entry {
    /// The part before the last dot: a module, or a file without its extension.
    pub fn module(&self) -> &str {
        &self.text[..self.dot]
    }

    /// The part after the last dot: what is called.
    pub fn attribute(&self) -> &str {
        &self.text[self.dot + 1..]
    }

    /// The entry as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl FromStr for Entry {
    type Err = Error;

    /// Fails with `function.entry_invalid`; an entry may not lead out of its package.
    fn from_str(text: &str) -> Result<Self> {
        let refuse = |why: &str| Err(Error::new(Code::EntryInvalid, "read the entry", why).with("entry", text));
        let Some(dot) = text.rfind('.') else { return refuse("it has no dot") };
        let (module, attribute) = (&text[..dot], &text[dot + 1..]);
        if module.is_empty() || attribute.is_empty() {
            return refuse("a part is empty");
        }
        if text.contains('\0') || text.len() > 1024 {
            return refuse("it is longer than 1024 bytes or holds a zero byte");
        }
        if module.starts_with('/') || module.split('/').any(|part| part == "..") {
            return refuse("it leads out of the package");
        }
        Ok(Self { text: text.to_owned(), dot })
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_dot_counts() {
        let entry: Entry = "pkg.mod.handler".parse().unwrap();
        assert_eq!((entry.module(), entry.attribute()), ("pkg.mod", "handler"));
    }

    #[test]
    fn what_is_no_entry_is_refused() {
        for text in ["", "handler", ".handler", "app.", "../app.handler", "/etc/app.handler", "a\0b.c"] {
            assert_eq!(text.parse::<Entry>().unwrap_err().code(), Code::EntryInvalid, "{text}");
        }
    }
}
