//! Changes to a text that leave every line where it is.

use oxc_span::Span;

/// Changes to a text, applied at once.
pub(super) struct Edits<'s> {
    source: &'s str,
    edits: Vec<Edit>,
}

struct Edit {
    start: usize,
    end: usize,
    kind: Kind,
    text: String,
}

/// Where a change goes among others at one place.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// Belongs to what stands before.
    Close,
    /// Belongs to what stands behind.
    Open,
    Replace,
}

impl<'s> Edits<'s> {
    pub(super) fn new(source: &'s str) -> Self {
        Self { source, edits: Vec::new() }
    }

    /// Puts text before what begins at `at`; the outermost of several first.
    pub(super) fn open(&mut self, at: u32, text: impl Into<String>) {
        self.edit(at, at, Kind::Open, text.into());
    }

    /// Puts text behind what ends at `at`; the innermost of several first.
    pub(super) fn close(&mut self, at: u32, text: impl Into<String>) {
        self.edit(at, at, Kind::Close, text.into());
    }

    /// Puts a text in the place of another, whose line ends stay, behind it.
    pub(super) fn replace(&mut self, span: Span, text: &str) {
        let lines = self.removed(span).chars().filter(|&c| is_line_end(c));
        let text = text.chars().chain(lines).collect();
        self.edit(span.start, span.end, Kind::Replace, text);
    }

    /// Puts spaces in the place of a text, as many as there are columns.
    pub(super) fn blank(&mut self, span: Span) {
        self.edit(span.start, span.end, Kind::Replace, blank(self.removed(span)));
    }

    /// Puts an empty statement and spaces in the place of a statement, without which the one before may go on behind it.
    pub(super) fn blank_statement(&mut self, span: Span) {
        let blank = blank(self.removed(span));
        self.edit(span.start, span.end, Kind::Replace, format!(";{}", blank.get(1..).unwrap_or_default()));
    }

    /// The changed text.
    pub(super) fn apply(mut self) -> Result<String, String> {
        self.edits.sort_by_key(|it| (it.start, it.kind));
        let mut text = String::with_capacity(self.source.len() * 9 / 8);
        let mut at = 0;
        for it in &self.edits {
            text.push_str(self.source.get(at..it.start).ok_or("two changes of one text")?);
            text.push_str(&it.text);
            at = it.end;
        }
        text.push_str(self.source.get(at..).unwrap_or_default());
        Ok(text)
    }

    fn edit(&mut self, start: u32, end: u32, kind: Kind, text: String) {
        self.edits.push(Edit { start: start as usize, end: end as usize, kind, text });
    }

    fn removed(&self, span: Span) -> &'s str {
        self.source.get(span.start as usize..span.end as usize).unwrap_or_default()
    }
}

/// Whether the language ends lines with it.
pub(super) fn is_line_end(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{2028}' | '\u{2029}')
}

fn blank(text: &str) -> String {
    let mut blank = String::with_capacity(text.len());
    for c in text.chars() {
        if is_line_end(c) {
            blank.push(c);
        } else {
            // Engines count columns in UTF-16.
            blank.extend(std::iter::repeat_n(' ', c.len_utf16()));
        }
    }
    blank
}
