//! A native function that answers its event.

use headstart::native::Context;
use std::convert::Infallible;

#[expect(clippy::unnecessary_wraps, reason = "the form of a handler")]
fn echo(event: &[u8], _context: &Context<'_>) -> Result<Vec<u8>, Infallible> {
    Ok(event.to_vec())
}

headstart::export_handler!(handler = echo);
