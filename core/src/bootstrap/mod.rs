//! The bootstrap protocol: how host and worker speak.
//!
//! `docs/reference/bootstrap-protocol.md` gives it byte for byte. [`frame`], [`message`] and [`session`] are
//! pure: bytes in, values out, no clock and no descriptor. The transports on top of them do the reading and
//! writing: an asynchronous one for the host, one for what stands in for a worker, a blocking one for the native
//! launcher.

pub mod blocking;
pub mod frame;
pub mod kind;
pub mod message;
pub mod session;

#[cfg(feature = "host")]
pub mod answering;
#[cfg(feature = "host")]
pub mod transport;
#[cfg(feature = "host")]
mod wire;

pub use frame::{Decoder, Frame, Header, Limits};
pub use kind::{Kind, Sender};
pub use message::{Failure, Invocation};
pub use session::{Role, Session, State};

/// The versions of the protocol that this build speaks, best first.
pub const VERSIONS: &[u32] = &[1];

/// The highest version that both sides speak, if there is one.
///
/// ```
/// assert_eq!(headstart::bootstrap::negotiate(&[1, 2]), Some(1));
/// assert_eq!(headstart::bootstrap::negotiate(&[7]), None);
/// ```
pub fn negotiate(offered: &[u32]) -> Option<u32> {
    VERSIONS.iter().copied().filter(|version| offered.contains(version)).max()
}
