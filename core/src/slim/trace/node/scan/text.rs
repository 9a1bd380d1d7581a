//! Strings of which parts may be unknown.

/// Stands for any characters, none included. It is no character that a text may hold.
const ANY: char = '\u{10ffff}';
/// No path is longer (`PATH_MAX` of Linux): a text that would be is not known.
const LONGEST: usize = 4096;

/// A string of which parts may be unknown: `/pkg/locale/?.js`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(in crate::slim::trace::node) struct Text {
    text: String,
    /// Whether it begins with the working directory, which only by custom is the package's.
    is_from_cwd: bool,
}

impl Text {
    pub(in crate::slim::trace::node) fn known(text: &str) -> Self {
        if text.len() > LONGEST {
            return Self::any();
        }
        Self { text: text.replace(ANY, "\u{fffd}"), is_from_cwd: false }
    }

    pub(in crate::slim::trace::node) fn any() -> Self {
        Self { text: ANY.to_string(), is_from_cwd: false }
    }

    /// The working directory, taken to be `directory`.
    pub(in crate::slim::trace::node) fn cwd(directory: &str) -> Self {
        Self { is_from_cwd: true, ..Self::known(directory) }
    }

    /// The whole text, where all of it is known.
    pub(in crate::slim::trace::node) fn as_known(&self) -> Option<&str> {
        (!self.text.contains(ANY)).then_some(&self.text)
    }

    /// Whether nothing at all is known of it.
    pub(in crate::slim::trace::node) fn is_any(&self) -> bool {
        self.text.chars().all(|c| c == ANY)
    }

    pub(in crate::slim::trace::node) fn is_from_cwd(&self) -> bool {
        self.is_from_cwd
    }

    pub(in crate::slim::trace::node) fn is_absolute(&self) -> bool {
        self.text.starts_with('/')
    }

    /// The known text up to the first unknown part.
    pub(in crate::slim::trace::node) fn prefix(&self) -> &str {
        self.text.split(ANY).next().unwrap_or_default()
    }

    /// The known text after the last unknown part.
    pub(in crate::slim::trace::node) fn suffix(&self) -> &str {
        self.text.rsplit(ANY).next().unwrap_or_default()
    }

    /// The known text between unknown parts, in order, with an empty one where an unknown part is at an end.
    pub(in crate::slim::trace::node) fn pieces(&self) -> impl Iterator<Item = &str> {
        self.text.split(ANY)
    }

    pub(super) fn append(&mut self, other: &Text) {
        self.is_from_cwd |= self.text.is_empty() && other.is_from_cwd;
        if self.text.len() + other.text.len() > LONGEST {
            *self = Self::any();
        } else if !(self.text.ends_with(ANY) && other.is_any()) {
            self.text.push_str(&other.text);
        }
    }

    /// A function of the text, where all of it is known; else nothing is known of the result.
    pub(super) fn map(&self, function: impl FnOnce(&str) -> String) -> Text {
        match self.as_known() {
            Some(text) => Self { is_from_cwd: self.is_from_cwd, ..Self::known(&function(text)) },
            None => Self::any(),
        }
    }

    /// The path as seen from `directory`.
    pub(in crate::slim::trace::node) fn below(&self, directory: &std::path::Path) -> Text {
        if self.is_absolute() {
            return self.clone().normalize();
        }
        Self::join(&[Self::known(&directory.to_string_lossy()), self.clone()])
    }

    /// The part that names a package, and the rest, which begins with a slash where there is one.
    pub(in crate::slim::trace::node) fn split_package(&self) -> (Text, Text) {
        let end = crate::slim::trace::node::resolver::package_name(&self.text).len();
        let part = |text: &str| Self { text: text.to_owned(), is_from_cwd: false };
        (part(&self.text[..end]), part(&self.text[end..]))
    }

    /// The text with `new` in the place of its beginning `old`.
    pub(in crate::slim::trace::node) fn with_start(&self, old: &str, new: &str) -> Text {
        let rest = self.text.strip_prefix(old).unwrap_or(&self.text);
        Self { text: format!("{new}{rest}"), is_from_cwd: self.is_from_cwd }
    }

    pub(super) fn without_prefix(&self, prefix: &str) -> Text {
        let text = self.text.strip_prefix(prefix).unwrap_or(&self.text);
        Self { text: text.to_owned(), is_from_cwd: self.is_from_cwd }
    }

    pub(super) fn with_prefix(&self, prefix: &str) -> Text {
        Self { text: format!("{prefix}{}", self.text), is_from_cwd: self.is_from_cwd }
    }

    /// `path.join`.
    pub(super) fn join(parts: &[Text]) -> Text {
        let mut joined = Text::known("");
        for part in parts.iter().filter(|part| !part.text.is_empty()) {
            if !joined.text.is_empty() {
                joined.text.push('/');
            }
            joined.append(part);
        }
        joined.normalize()
    }

    /// `path.resolve`; `cwd` is where a path begins that no part makes absolute.
    pub(super) fn resolve(parts: &[Text], cwd: &Text) -> Text {
        let first = parts.iter().rposition(Text::is_absolute);
        match first {
            Some(first) => Self::join(&parts[first..]),
            // An unknown first part may be absolute: nothing is known of where this begins.
            None if parts.first().is_some_and(|part| part.text.starts_with(ANY)) => Self::join(parts),
            None => {
                let mut all = vec![cwd.clone()];
                all.extend_from_slice(parts);
                Self::join(&all)
            }
        }
    }

    /// `path.normalize`; a trailing slash stays.
    pub(super) fn normalize(mut self) -> Text {
        let is_absolute = self.is_absolute();
        let mut done: Vec<&str> = Vec::new();
        for part in self.text.split('/') {
            match part {
                "" | "." => {}
                ".." if done.last().is_some_and(|last| *last != "..") => {
                    done.pop();
                }
                ".." if is_absolute => {}
                part => done.push(part),
            }
        }
        let root = if is_absolute { "/" } else { "" };
        let tail = if self.text.ends_with('/') && !done.is_empty() { "/" } else { "" };
        self.text = format!("{root}{}{tail}", done.join("/"));
        if self.text.is_empty() {
            self.text.push('.');
        }
        self
    }

    /// `path.dirname`.
    pub(super) fn dirname(&self) -> Text {
        let trimmed = self.text.trim_end_matches('/');
        let text = match trimmed.rfind('/') {
            Some(0) => "/",
            Some(slash) => &trimmed[..slash],
            None if trimmed.contains(ANY) => return Self::any(),
            None => ".",
        };
        Self { text: text.to_owned(), is_from_cwd: self.is_from_cwd }
    }

    /// `path.basename`, without the ending `end`.
    pub(super) fn basename(&self, end: &str) -> Text {
        let name = self.text.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        let stem = name.strip_suffix(end).filter(|stem| !stem.is_empty()).unwrap_or(name);
        Self { text: stem.to_owned(), is_from_cwd: false }
    }

    /// `path.extname`.
    pub(super) fn extname(&self) -> Text {
        let name = self.basename("").text;
        let known = name.rfind('.').filter(|dot| *dot > 0).map(|dot| &name[dot..]);
        match known {
            Some(extension) => Self { text: extension.to_owned(), is_from_cwd: false },
            None if name.contains(ANY) => Self::any(),
            None => Self::known(""),
        }
    }

    /// Whether `candidate` is one of the strings that this may be.
    pub(in crate::slim::trace::node) fn may_be(&self, candidate: &str) -> bool {
        let mut pieces = self.pieces();
        let Some(mut rest) = candidate.strip_prefix(pieces.next().unwrap_or_default()) else { return false };
        if self.as_known().is_some() {
            return rest.is_empty();
        }
        let Some(before_suffix) = rest.strip_suffix(self.suffix()) else { return false };
        rest = before_suffix;
        let inner: Vec<_> = pieces.collect();
        for piece in &inner[..inner.len() - 1] {
            let Some(found) = rest.find(piece) else { return false };
            rest = &rest[found + piece.len()..];
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `?` stands for an unknown part.
    fn text(text: &str) -> Text {
        Text { text: text.replace('?', &ANY.to_string()), is_from_cwd: false }
    }

    #[test]
    fn paths_are_joined_as_node_does() {
        let join = |parts: &[&str]| Text::join(&parts.iter().map(|part| text(part)).collect::<Vec<_>>());
        assert_eq!(join(&["/a/b", "..", "c/./d"]), text("/a/c/d"));
        assert_eq!(join(&["/a", "?", "x.js"]), text("/a/?/x.js"));
        assert_eq!(join(&["", ""]), text("."));
        assert_eq!(join(&["a", "../../b/"]), text("../b/"));
        let resolve =
            |parts: &[&str]| Text::resolve(&parts.iter().map(|part| text(part)).collect::<Vec<_>>(), &Text::cwd("/w"));
        assert_eq!(resolve(&["/a", "/b", "c"]), text("/b/c"));
        assert_eq!(resolve(&["?", "c"]), text("?/c"));
        assert!(resolve(&["x"]).is_from_cwd());
        assert_eq!(resolve(&["x"]).as_known(), Some("/w/x"));
    }

    #[test]
    fn names_are_taken_apart() {
        assert_eq!(text("/a/b.c.js").extname(), text(".js"));
        assert_eq!(text("/a/.x").extname(), text(""));
        assert_eq!(text("/a/?.js").extname(), text(".js"));
        assert_eq!(text("/a/?").extname(), text("?"));
        assert_eq!(text("/a/b.js").basename(".js"), text("b"));
        assert_eq!(text("/a/b/").dirname(), text("/a"));
        assert_eq!(text("?").dirname(), text("?"));
    }

    #[test]
    fn unknown_parts_match_anything() {
        assert!(text("/a/?.js").may_be("/a/b/c.js"));
        assert!(!text("/a/?.js").may_be("/a/b.json"));
        assert!(text("/a/?/b?").may_be("/a/x/b.js"));
        assert!(!text("/a/?-b-?.js").may_be("/a/x-c-.js"));
        assert!(text("/a").may_be("/a") && !text("/a").may_be("/ab"));
        assert!(!text("ab?ba").may_be("aba"));
        assert!(text("?").may_be(""));
    }
}
