//! What handles events: a launcher in a process of its own, or a handler library in this one.

use super::invocation::Invocation;
use headstart::bootstrap::Kind;
use headstart::bootstrap::message::Failure;
use headstart::error::Error;
use headstart::sys::process::Exit;
use std::os::fd::BorrowedFd;

/// Why an instance is of no more use.
#[derive(Debug)]
pub(super) enum Ended {
    /// Its process has ended.
    Exited(Exit),
    /// This process was asked to end, and what the instance does takes longer.
    Interrupted,
    /// It cannot be spoken with.
    Failed(Error),
}

impl From<Error> for Ended {
    fn from(error: Error) -> Self {
        Ended::Failed(error)
    }
}

/// What comes of something that ends the instance where it fails.
pub(super) type Outcome<T> = Result<T, Ended>;

/// One instance of the function.
pub(super) trait Instance {
    /// Hands it one event: the result as JSON text, or what the handler failed with. Of a result that is streamed, `write`
    /// gets what comes before the end.
    fn invoke(
        &mut self,
        invocation: &Invocation,
        context: &[u8],
        write: &mut dyn FnMut(&[u8]),
    ) -> Outcome<Result<Vec<u8>, Failure>>;

    /// Runs the hooks of one kind; what those failed with that did.
    fn run_hooks(&mut self, kind: Kind) -> Outcome<Vec<Failure>>;

    /// Has something to read when the instance says something unasked, its end included.
    fn speaks(&self) -> Option<BorrowedFd<'_>>;

    /// Takes what the instance says unasked.
    fn listen(&mut self) -> Outcome<()>;

    /// Ends it in an orderly way.
    fn shut_down(&mut self);
}
