//! Hooks of native functions: optional symbols of the library.

use crate::library::Handler;
use crate::microseconds;
use headstart::bootstrap::Kind;
use headstart::bootstrap::blocking::Channel;
use headstart::bootstrap::message::{self, Failure, Log, Phases, Ready};
use headstart::error::{Code, Result};
use std::time::Instant;

/// Runs the hook of `kind`, if the library has it; `before` is told its symbol first.
pub(crate) fn run(
    handler: &Handler,
    kind: Kind,
    before: &mut dyn FnMut(&str) -> Result<()>,
) -> Result<Option<Failure>> {
    let Some(hook) = handler.hook(kind.name()) else { return Ok(None) };
    let symbol = format!("headstart_hook_{kind}");
    before(&symbol)?;
    // SAFETY: the symbol has this type by the interface's rules.
    let status = unsafe { hook() };
    Ok((status != 0).then(|| Failure {
        code: Code::HookFailed.as_str().into(),
        message: format!("it returned {status}"),
        hook: Some(symbol),
        ..Failure::default()
    }))
}

/// Runs the hook of `kind` and tells the answer that the host is owed.
pub(crate) fn ready(channel: &mut Channel, handler: &Handler, kind: Kind) -> Result<Ready> {
    let begun = Instant::now();
    let failure = run(handler, kind, &mut |symbol| announce(channel, symbol))?;
    Ok(Ready {
        state: "instance".into(),
        timings_us: Phases { hooks: microseconds(begun), ..Phases::default() },
        hooks_failed: failure.into_iter().collect(),
        ..Ready::default()
    })
}

/// Tells the host which hook starts now, so that it can name the one that hangs.
fn announce(channel: &mut Channel, symbol: &str) -> Result<()> {
    let log = Log { level: "debug".into(), message: format!("running {symbol}"), hook: Some(symbol.into()) };
    channel.send(Kind::Log, 0, &message::encode(&log))
}
