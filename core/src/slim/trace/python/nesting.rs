//! Sources that nest too deep to be parsed.
//!
//! The parser recurses as deep as a source nests, and so does dropping what it has made of one with an error; what it
//! takes for nested f-strings grows with the square of their depth. The interpreter itself refuses brackets deeper
//! than 200 and f-strings deeper than 150 (`MAXLEVEL`, `MAXFSTRINGLEVEL` in CPython's tokenizer).

/// Sources of fewer bytes cannot nest deep enough to matter: each level takes at least one.
const SAFE_LENGTH: usize = 32 << 10;
/// Brackets, and fields of f-strings, that are open at once.
const MOST_OPEN: usize = 1000;
/// Operators and words of open expressions that make a parser recurse: what the stack of a parser's thread holds.
const MOST_CHAINED: usize = 20_000;
/// Words that have an expression after them.
const WORDS: &[&[u8]] = &[b"and", b"await", b"else", b"for", b"if", b"in", b"is", b"lambda", b"not", b"or", b"yield"];

/// Where a source begins to nest too deep, if it does: a byte's offset.
///
/// An estimate from the tokens alone; a source that is no sound Python may be taken for deeper than it is.
pub(super) fn too_deep_at(source: &str) -> Option<usize> {
    (source.len() > SAFE_LENGTH).then(|| Scan::new(source.as_bytes()).run()).flatten()
}

/// What an open level is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A bracket, or the field of an f-string: code.
    Code { is_field: bool },
    /// The text of an f-string, up to its quote.
    Text { quote: u8, is_triple: bool },
    /// The format of a field, up to its end.
    Format,
}

#[derive(Debug, Clone, Copy)]
struct Level {
    kind: Kind,
    chained: usize,
    /// Of those, `lambda`s, which commas do not end.
    lambdas: usize,
}

#[derive(Debug)]
struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
    levels: Vec<Level>,
    /// The sum over all levels.
    chained: usize,
}

impl<'a> Scan<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        let base = Level { kind: Kind::Code { is_field: false }, chained: 0, lambdas: 0 };
        Self { bytes, at: 0, levels: vec![base], chained: 0 }
    }

    fn run(mut self) -> Option<usize> {
        while let Some(byte) = self.bytes.get(self.at).copied() {
            match self.levels.last().map(|level| level.kind) {
                Some(Kind::Text { quote, is_triple }) => self.text(byte, quote, is_triple),
                Some(Kind::Format) => self.format(byte),
                _ => self.code(byte),
            }
            if self.levels.len() > MOST_OPEN || self.chained > MOST_CHAINED {
                return Some(self.at.min(self.bytes.len()));
            }
        }
        None
    }

    fn next(&self) -> u8 {
        self.bytes.get(self.at + 1).copied().unwrap_or_default()
    }

    fn push(&mut self, kind: Kind) {
        self.levels.push(Level { kind, chained: 0, lambdas: 0 });
    }

    /// Closes the innermost level; the outermost stays.
    fn pop(&mut self) {
        if self.levels.len() > 1
            && let Some(level) = self.levels.pop()
        {
            self.chained -= level.chained;
            self.chain(1);
        }
    }

    fn chain(&mut self, count: usize) {
        if let Some(level) = self.levels.last_mut() {
            level.chained += count;
            self.chained += count;
        }
    }

    /// A comma ends what is chained but for `lambda`s, the end of a statement all.
    fn separate(&mut self, ends_all: bool) {
        if let Some(level) = self.levels.last_mut() {
            level.lambdas = if ends_all { 0 } else { level.lambdas };
            self.chained -= level.chained - level.lambdas;
            level.chained = level.lambdas;
        }
    }

    fn text(&mut self, byte: u8, quote: u8, is_triple: bool) {
        match (byte, self.next()) {
            (b'\\', b'{') => self.at += 1,
            (b'\\', _) | (b'{', b'{') => self.at += 2,
            (b'{', _) => {
                self.push(Kind::Code { is_field: true });
                self.at += 1;
            }
            _ if self.closes(quote, is_triple) || (byte == b'\n' && !is_triple) => {
                self.pop();
                self.at += if is_triple { 3 } else { 1 };
            }
            _ => self.at += 1,
        }
    }

    fn format(&mut self, byte: u8) {
        self.at += 1;
        match byte {
            b'{' => self.push(Kind::Code { is_field: true }),
            b'}' => {
                self.pop();
                self.pop();
            }
            _ => {}
        }
    }

    fn code(&mut self, byte: u8) {
        let top = self.levels.last().map(|level| level.kind);
        match byte {
            b'#' => return self.skip_to(b'\n'),
            b'\'' | b'"' => return self.string(false),
            _ if byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii() => return self.word(),
            b'\\' => self.at += 1,
            b'(' | b'[' | b'{' => self.push(Kind::Code { is_field: false }),
            b')' | b']' | b'}' => self.pop(),
            b':' if top == Some(Kind::Code { is_field: true }) => self.push(Kind::Format),
            b'\n' | b';' if self.levels.len() == 1 => self.separate(true),
            b',' => self.separate(false),
            b' ' | b'\t' | b'\r' | b'\n' | b':' => {}
            _ => self.chain(1),
        }
        self.at += 1;
    }

    /// A name, a number, a keyword, or what stands before a string.
    fn word(&mut self) {
        let rest = &self.bytes[self.at..];
        let length = rest.iter().take_while(|it| it.is_ascii_alphanumeric() || **it == b'_' || !it.is_ascii()).count();
        let word = &rest[..length];
        self.at += length;
        let is_prefix = length <= 2 && word.iter().all(|it| b"bfrtuBFRTU".contains(it));
        if is_prefix && matches!(self.bytes.get(self.at), Some(b'\'' | b'"')) {
            return self.string(word.iter().any(|it| b"ftFT".contains(it)));
        }
        if WORDS.contains(&word) {
            self.chain(1);
        }
        if word == b"lambda"
            && let Some(level) = self.levels.last_mut()
        {
            level.lambdas += 1;
        }
    }

    fn string(&mut self, has_fields: bool) {
        let quote = self.bytes[self.at];
        let is_triple = self.closes(quote, true);
        self.at += if is_triple { 3 } else { 1 };
        if has_fields {
            return self.push(Kind::Text { quote, is_triple });
        }
        while let Some(byte) = self.bytes.get(self.at) {
            if self.closes(quote, is_triple) || (*byte == b'\n' && !is_triple) {
                self.at += if is_triple { 3 } else { 1 };
                return;
            }
            self.at += if *byte == b'\\' { 2 } else { 1 };
        }
    }

    /// Whether the closing quote of a string stands here.
    fn closes(&self, quote: u8, is_triple: bool) -> bool {
        let length = if is_triple { 3 } else { 1 };
        self.bytes.get(self.at..self.at + length).is_some_and(|bytes| bytes.iter().all(|byte| *byte == quote))
    }

    fn skip_to(&mut self, byte: u8) {
        let rest = &self.bytes[self.at..];
        self.at += rest.iter().position(|it| *it == byte).unwrap_or(rest.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_too_deep(source: &str) -> bool {
        Scan::new(source.as_bytes()).run().is_some()
    }

    #[test]
    fn what_nests_is_counted() {
        for (open, close) in [("(", ")"), ("f(", ")"), ("{1: [", "]}"), ("f'{", "}'"), ("rf\"\"\"{x:{", "}}\"\"\"")] {
            let nested = |count: usize| format!("x = {}x{}\n", open.repeat(count), close.repeat(count));
            assert!(!is_too_deep(&nested(150).repeat(20)), "{open}");
            assert!(is_too_deep(&nested(1200)), "{open}");
        }
    }

    #[test]
    fn what_chains_is_counted() {
        for link in [".a", "()", "[0]", "+x", " if x else y", "-", "not ", "lambda a, b: ", "**x", "await "] {
            let chain = |count: usize| format!("x = x{}\n", link.repeat(count));
            assert!(!is_too_deep(&chain(4000).repeat(10)), "{link}");
            assert!(is_too_deep(&chain(30_000)), "{link}");
        }
    }

    #[test]
    fn text_comments_and_lists_are_passed_over() {
        let sources = [
            "x = '((((' # ((((\n",
            "x = \"\"\"(((('\n((((\"\"\"\n",
            "x = r'\\\\' + b'((('\n",
            "x = f'{{((( {x!r:>{width}} {y:(^10}'\n",
            "x = f'{x[\"(\"]}' \\\n    + '(('\n",
            "x = f'\\N{LEFT PARENTHESIS} \\{x}'\n",
            "x = [1.5, -2, a.b, f(c)]\n",
        ];
        for source in sources {
            assert!(!is_too_deep(&source.repeat(30_000)), "{source}");
        }
        assert!(!is_too_deep(&format!("x = [{}]\n", "a.b(-1), ".repeat(50_000))));
    }
}
