//! Sources that are nested too deep to be parsed by recursion.

/// Smaller sources cannot nest deep enough to matter: each level takes a byte, and what a level takes of the stack
/// was measured, with and without optimization.
const SAFE_LENGTH: usize = if cfg!(debug_assertions) { 16 << 10 } else { 128 << 10 };
/// How deep brackets, statements and operators may be nested: what the stacks of the tracer's threads hold.
const MOST_NESTED: usize = 20_000;
/// How many `<` may follow each other in TypeScript, where each may open a list of types and is tried as one.
const MOST_TYPES: usize = 1_000;
/// Words before an expression, each of which takes one more level.
const PREFIXES: &[&[u8]] = &[b"await", b"delete", b"extends", b"keyof", b"new", b"typeof", b"void", b"yield"];
/// Words before a statement that is part of theirs.
const STATEMENTS: &[&[u8]] = &[b"do", b"else", b"for", b"if", b"while", b"with"];

/// Whether parsing a source may need more stack, or more time, than there is.
///
/// An estimate without a parser: brackets that are open, and words and operators since the last separator that
/// make a parser recurse. Strings and comments are passed over.
pub(super) fn is_too_deep(text: &str, is_typescript: bool) -> bool {
    let bytes = text.as_bytes();
    let is_small = bytes.len() <= if is_typescript { MOST_TYPES } else { SAFE_LENGTH };
    if is_small {
        return false;
    }
    let estimate = Estimate::of(bytes);
    estimate.deepest > MOST_NESTED || (is_typescript && estimate.most_types > MOST_TYPES)
}

/// What counts towards the depth of one bracket.
#[derive(Default, Clone, Copy)]
struct Level {
    /// Operators and words of the expression.
    chain: usize,
    /// Statements that are parts of each other: `if (a) if (b)`, `else if`.
    statements: usize,
    types: usize,
}

#[derive(Default)]
struct Estimate {
    levels: Vec<Level>,
    level: Level,
    /// What all open brackets count for.
    outer: usize,
    /// Whether an operand must follow: after an operator, or a word before an expression.
    needs_operand: bool,
    /// Whether there was a line's end since the last token.
    is_new_line: bool,
    after_block: bool,
    deepest: usize,
    most_types: usize,
}

impl Estimate {
    fn of(bytes: &[u8]) -> Self {
        let mut estimate = Self { needs_operand: true, ..Self::default() };
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            let next = bytes.get(at + 1).copied().unwrap_or_default();
            at = match (*byte, next) {
                (b' ' | b'\t' | b'\r', _) => at + 1,
                (b'\n', _) => {
                    estimate.is_new_line = true;
                    at + 1
                }
                (b'/', b'/') => after(bytes, at, b"\n").saturating_sub(1).max(at + 2),
                (b'/', b'*') => after(bytes, at + 2, b"*/"),
                (b'\'' | b'"', _) => {
                    estimate.operand();
                    after_string(bytes, at)
                }
                (first, _) if is_word(first) => {
                    let end = at + bytes[at..].iter().take_while(|byte| is_word(**byte)).count();
                    estimate.word(&bytes[at..end]);
                    end
                }
                (byte, next) => {
                    estimate.sign(byte, next);
                    at + 1
                }
            };
            let depth = estimate.outer + estimate.level.chain + estimate.level.statements;
            estimate.deepest = estimate.deepest.max(depth);
        }
        estimate
    }

    /// Something that an expression may end with; at the beginning of a line it may begin another statement.
    fn operand(&mut self) {
        if self.is_new_line && !self.needs_operand {
            self.level.chain = 0;
            self.level.types = 0;
        }
        (self.is_new_line, self.needs_operand, self.after_block) = (false, false, false);
    }

    fn word(&mut self, word: &[u8]) {
        // A block ends its statement, unless there is more of it.
        if self.after_block && word != b"else" {
            self.level.statements = 0;
        }
        // Most words are too long, or too short, to be any of these.
        let may_count = (2..=7).contains(&word.len()) && word[0].is_ascii_lowercase();
        let is_prefix = may_count && PREFIXES.contains(&word);
        self.operand();
        self.level.statements += usize::from(may_count && STATEMENTS.contains(&word));
        self.level.chain += usize::from(is_prefix);
        self.needs_operand = is_prefix;
    }

    fn sign(&mut self, byte: u8, next: u8) {
        let was_operand = !self.needs_operand;
        (self.is_new_line, self.after_block) = (false, byte == b'}');
        match byte {
            b'(' | b'[' | b'{' => {
                self.outer += self.level.chain + self.level.statements + 1;
                self.levels.push(self.level);
                self.level = Level { types: self.level.types, ..Level::default() };
                self.needs_operand = true;
            }
            b')' | b']' | b'}' => {
                self.level = self.levels.pop().unwrap_or_default();
                self.outer = self.outer.saturating_sub(self.level.chain + self.level.statements + 1);
                self.needs_operand = false;
            }
            b';' => {
                self.level = Level::default();
                self.needs_operand = true;
            }
            b',' => {
                (self.level.chain, self.level.types) = (0, 0);
                self.needs_operand = true;
            }
            b'<' => {
                self.level.chain += 1;
                self.level.types += 1;
                self.most_types = self.most_types.max(self.level.types);
                self.needs_operand = true;
            }
            // Operators that stand between operands, and are parsed in a loop.
            b'+' | b'-' | b'/' | b'%' | b'&' | b'|' | b'^' | b'.' if was_operand => self.needs_operand = true,
            b'?' if matches!(next, b'.' | b'?') => self.needs_operand = true,
            b'!' | b'~' | b'+' | b'-' | b'?' | b':' | b'=' | b'*' | b'@' | b'.' => {
                self.level.chain += 1;
                self.needs_operand = true;
            }
            _ => self.needs_operand = byte != b'`',
        }
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}

/// The place after a string that begins at `start`; a string ends at its line's end at the latest.
fn after_string(bytes: &[u8], start: usize) -> usize {
    let quote = bytes[start];
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        match *byte {
            b'\\' => at += 2,
            byte if byte == quote || byte == b'\n' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

fn after(bytes: &[u8], start: usize, end: &[u8]) -> usize {
    let rest = bytes.get(start..).unwrap_or_default();
    rest.windows(end.len()).position(|window| window == end).map_or(bytes.len(), |at| start + at + end.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_is_told_from_length() {
        let deep = [
            "(",
            "[",
            "{a:",
            "!",
            "- ",
            "a?b:",
            "a=>",
            "a=",
            "a**",
            "new ",
            "new\n",
            "if(a)\n",
            "else if(a){}\n",
            "for(;;)",
            "do ",
            "a:",
            "`${",
            "class extends ",
            "await ",
            "if(a){}else ",
        ];
        for part in deep {
            assert!(is_too_deep(&part.repeat(150_000), false), "{part}");
        }
        let flat = [
            "f(a);\n",
            "[1,2],",
            "x = a ? b : c;",
            "if (a) {}\n",
            "a.b().c();",
            "x = y\n",
            "if (a) {} else {}\n",
            "a + b - c + ",
            "function f() { if (a) return b }\n",
            "new A()\n",
            "{ a: 1, b: 2 },",
            "x = typeof y\n",
        ];
        for part in flat {
            assert!(!is_too_deep(&part.repeat(30_000), false), "{part}");
        }
        assert!(!is_too_deep(&format!("x = '{}'", "+((".repeat(90_000)), false));
        assert!(is_too_deep(&format!("f{}", "<f".repeat(2_000)), true));
        assert!(!is_too_deep(&"a < b;\n".repeat(2_000), true));
    }
}
