//! Sources that are nested too deep to be parsed by recursion.

/// Smaller sources cannot nest deep enough to matter.
const SAFE_LENGTH: usize = 16 << 10;
/// How deep brackets and operators may be nested. The stacks of [`super::super::threads`] are made for this.
const MOST_NESTED: usize = 20_000;

/// Whether parsing a source may need more stack than there is.
///
/// An estimate without a lexer: opening brackets that are not closed yet, and operators since the last
/// separator that make a parser recurse.
pub(super) fn is_too_deep(text: &str) -> bool {
    text.len() > SAFE_LENGTH && estimate(text.as_bytes()) > MOST_NESTED
}

fn estimate(bytes: &[u8]) -> usize {
    let (mut open, mut chain, mut most) = (0_usize, 0_usize, 0_usize);
    let mut chains: Vec<usize> = Vec::new();
    for byte in bytes {
        match byte {
            b'(' | b'[' | b'{' => {
                open += 1;
                // What chains there are around a bracket stays on the stack within it.
                chains.push(chain);
            }
            b')' | b']' | b'}' => {
                open = open.saturating_sub(1);
                chain = chains.pop().unwrap_or(0);
            }
            b';' | b',' | b'\n' => chain = chains.last().copied().unwrap_or(0),
            b'!' | b'~' | b'-' | b'+' | b'?' | b'=' | b'<' | b'*' | b'.' | b'`' => {
                chain += 1;
            }
            _ => {}
        }
        most = most.max(open + chain);
    }
    most
}
