//! Where a source stands: what its constants are folded with.

use super::text::Text;
use super::value::Style;
use crate::package::Target;
use std::path::{Path, PathBuf};

/// Finds the file that a module's name means to a source in a directory.
pub(in crate::slim::trace::node) type Find<'p> = dyn Fn(Style, &Path, &str) -> Option<PathBuf> + 'p;

/// Where a source stands, and what it will run on.
pub(in crate::slim::trace::node) struct Place<'p> {
    /// The source's own path, absolute, links resolved.
    pub file: &'p Path,
    /// What is taken for the working directory: the function's package.
    pub cwd: &'p Path,
    pub target: Target,
    /// Whether the source is part of the function itself, not of something installed.
    pub is_own: bool,
    /// The names of installed packages.
    pub is_installed: &'p dyn Fn(&str) -> bool,
    pub find: &'p Find<'p>,
}

impl Place<'_> {
    pub(super) fn directory(&self) -> &Path {
        self.file.parent().unwrap_or(Path::new("/"))
    }

    pub(super) fn filename_text(&self) -> Text {
        Text::known(&self.file.to_string_lossy())
    }

    pub(super) fn dirname_text(&self) -> Text {
        Text::known(&self.directory().to_string_lossy())
    }

    pub(super) fn url_text(&self) -> Text {
        Text::known(&url_of(&self.file.to_string_lossy()))
    }

    pub(super) fn cwd_text(&self) -> Text {
        Text::cwd(&self.cwd.to_string_lossy())
    }
}

/// `pathToFileURL`, as far as it matters to lead back.
pub(super) fn url_of(path: &str) -> String {
    format!("file://{}", path.replace('%', "%25").replace('?', "%3F").replace('#', "%23"))
}

/// The path of a file URL, without query and fragment.
pub(in crate::slim::trace::node) fn path_of_url(url: &str) -> Option<String> {
    let path = url.strip_prefix("file://")?;
    let path = path.split(['?', '#']).next().unwrap_or(path);
    path.starts_with('/').then(|| decode(path))
}

/// Takes percent signs out; what is no valid UTF-8 then stays as it was.
pub(in crate::slim::trace::node) fn decode(text: &str) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = text.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        let byte = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        decoded.push(byte.unwrap_or(bytes[at]));
        at += if byte.is_some() { 3 } else { 1 };
    }
    String::from_utf8(decoded).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_lead_to_paths_and_back() {
        assert_eq!(path_of_url("file:///a%20b/c.js?x#y").as_deref(), Some("/a b/c.js"));
        assert_eq!(path_of_url("https://a/b"), None);
        assert_eq!(path_of_url(&url_of("/a/50%?.js")).as_deref(), Some("/a/50%?.js"));
        assert_eq!(decode("100%"), "100%");
    }
}
