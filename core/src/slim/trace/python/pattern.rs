//! Text of which only parts are known.

/// Bytes of a beginning or an end. Longer text is no name and no path, and of it nothing is known: what a source builds
/// by doubling would not end.
const LONGEST: usize = 4096;

/// Text with a known beginning and a known end; between them, unless it is exact, may be anything.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(super) struct Pattern {
    prefix: String,
    suffix: String,
    is_exact: bool,
}

impl Pattern {
    pub(super) fn exact(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.len() > LONGEST {
            return Self::any();
        }
        Self { prefix: text, suffix: String::new(), is_exact: true }
    }

    /// Text of which nothing is known.
    pub(super) fn any() -> Self {
        Self::default()
    }

    /// This text with `next` after it.
    pub(super) fn then(mut self, next: &Self) -> Self {
        if self.bytes() + next.bytes() > LONGEST {
            return Self::any();
        }
        if self.is_exact {
            self.prefix.push_str(&next.prefix);
            return Self { prefix: self.prefix, suffix: next.suffix.clone(), is_exact: next.is_exact };
        }
        self.suffix = if next.is_exact { self.suffix + &next.prefix } else { next.suffix.clone() };
        self
    }

    /// Bytes that are known of it.
    pub(super) fn bytes(&self) -> usize {
        self.prefix.len() + self.suffix.len()
    }

    /// The text, where all of it is known.
    pub(super) fn as_exact(&self) -> Option<&str> {
        self.is_exact.then_some(self.prefix.as_str())
    }

    /// The known beginning.
    pub(super) fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Whether nothing is known of it.
    pub(super) fn is_any(&self) -> bool {
        !self.is_exact && self.prefix.is_empty() && self.suffix.is_empty()
    }

    pub(super) fn matches(&self, text: &str) -> bool {
        if self.is_exact {
            return text == self.prefix;
        }
        text.len() >= self.prefix.len() + self.suffix.len()
            && text.starts_with(&self.prefix)
            && text.ends_with(&self.suffix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_join() {
        let exact = |text: &str| Pattern::exact(text);
        assert_eq!(exact("a").then(&exact("b")).as_exact(), Some("ab"));
        let open = exact("pkg.").then(&Pattern::any()).then(&exact("_x")).then(&exact("y"));
        assert!(open.matches("pkg.foo_xy") && !open.matches("pkg.foo") && !open.matches("pkg_xy"));
        assert!(!exact("ab").then(&Pattern::any()).then(&exact("ba")).matches("aba"));
        assert!(Pattern::any().then(&exact("")).is_any());
        let long = exact(&"a".repeat(LONGEST));
        assert!(long.as_exact().is_some() && long.then(&exact("b")).is_any());
    }
}
