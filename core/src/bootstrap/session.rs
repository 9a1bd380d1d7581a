//! What may be said when: the state machine of one connection, the same on both sides.

use super::kind::{Kind, Sender};
use crate::error::{Code, Error, Result};

/// What a worker is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Runs one instance of a function.
    #[default]
    Worker,
    /// Imports a preload set and forks instances.
    Zygote,
}

impl Role {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
    pub(super) fn is_worker(&self) -> bool {
        *self == Role::Worker
    }
}

/// Where a connection stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// The worker has not spoken.
    Connecting,
    /// The worker has said `hello`.
    Greeted,
    /// The worker imports its preload set.
    Preloading,
    /// Started, without a function.
    Stem,
    /// The worker imports its function.
    Specializing,
    /// Ready for an event.
    Idle,
    /// An event is being handled.
    Busy,
    /// Hooks run.
    Hooking,
    /// Ready to fork.
    Zygote,
    /// A fork was asked for.
    Forking,
    /// A step failed; the worker ends.
    Failed,
    /// The worker was told to end.
    Ending,
}

/// Follows one connection and refuses what is not legal.
///
/// ```
/// use headstart::bootstrap::{Kind, Role, Sender, Session, State};
///
/// let mut session = Session::new(Role::Worker);
/// session.advance(Sender::Worker, Kind::Hello, 0)?;
/// assert_eq!(session.state(), State::Greeted);
/// assert!(session.advance(Sender::Worker, Kind::Result, 0).is_err());
/// # Ok::<(), headstart::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Session {
    state: State,
    role: Role,
    request: u64,
}

impl Session {
    /// A connection on which nothing has been said.
    pub fn new(role: Role) -> Self {
        Self { state: State::Connecting, role, request: 0 }
    }

    /// The connection of a forked child: a worker starts as a stem, a zygote with its preload set.
    pub fn forked(role: Role) -> Self {
        let state = if role == Role::Zygote { State::Preloading } else { State::Stem };
        Self { state, role, request: 0 }
    }

    /// The connection of a restored worker, which has a function.
    pub fn restored() -> Self {
        Self { state: State::Idle, role: Role::Worker, request: 0 }
    }

    /// Where the connection stands.
    pub fn state(&self) -> State {
        self.state
    }

    /// Sets the role once `welcome` has told it; for workers, which start without knowing.
    pub fn assume(&mut self, role: Role) {
        self.role = role;
    }

    /// Takes note of a message that `from` sends.
    ///
    /// Fails with `protocol.unexpected_message` where the message is not its to send, is not legal in this
    /// state, or does not carry the number of the request that it answers. The state is then left as it was.
    pub fn advance(&mut self, from: Sender, kind: Kind, request: u64) -> Result<()> {
        if kind.sender() != from {
            return Err(unexpected(format!("{kind} came from the {from:?}").to_lowercase()));
        }
        let next = next(self.state, kind, self.role)
            .ok_or_else(|| unexpected(format!("{kind} is not legal in state {:?}", self.state).to_lowercase()))?;
        if is_answer(kind) && request != self.request {
            return Err(unexpected(format!("{kind} answers request {request}, not {}", self.request)));
        }
        if from == Sender::Host {
            self.request = request;
        }
        self.state = next;
        Ok(())
    }
}

fn unexpected(message: String) -> Error {
    Error::new(Code::UnexpectedMessage, "follow the protocol", message)
}

fn is_answer(kind: Kind) -> bool {
    matches!(kind, Kind::Ready | Kind::Result | Kind::Piece | Kind::Failure | Kind::Forked | Kind::Refused)
}

/// The table of the reference page.
fn next(state: State, kind: Kind, role: Role) -> Option<State> {
    use State as S;
    Some(match (state, kind) {
        (S::Connecting, Kind::Hello) => S::Greeted,
        (S::Greeted, Kind::Welcome) => S::Preloading,
        (S::Preloading, Kind::Ready) if role == Role::Zygote => S::Zygote,
        (S::Preloading, Kind::Ready) => S::Stem,
        (S::Preloading | S::Specializing, Kind::Failure) => S::Failed,
        (S::Stem, Kind::Specialize) => S::Specializing,
        (S::Specializing, Kind::Ready)
        | (S::Busy, Kind::Result | Kind::Failure)
        | (S::Hooking, Kind::Ready | Kind::Failure) => S::Idle,
        (S::Idle, Kind::Invoke) | (S::Busy, Kind::Piece) => S::Busy,
        (S::Idle, Kind::Prewarm | Kind::BeforeFreeze | Kind::AfterThaw | Kind::BeforeSnapshot | Kind::AfterRestore) => {
            S::Hooking
        }
        (S::Zygote, Kind::Fork) => S::Forking,
        (S::Forking, Kind::Forked | Kind::Refused) => S::Zygote,
        (S::Stem | S::Idle | S::Zygote, Kind::Shutdown) => S::Ending,
        (S::Zygote | S::Forking, Kind::Exited) => state,
        (S::Ending, Kind::Exited) if role == Role::Zygote => state,
        (_, Kind::Log) if state != S::Connecting => state,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_answer_to_another_request_is_refused() {
        let mut session = Session::forked(Role::Worker);
        session.advance(Sender::Host, Kind::Specialize, 3).unwrap();
        assert_eq!(session.advance(Sender::Worker, Kind::Ready, 2).unwrap_err().code(), Code::UnexpectedMessage);
        session.advance(Sender::Worker, Kind::Ready, 3).unwrap();
        assert_eq!(session.state(), State::Idle);
    }

    proptest! {
        #[test]
        fn a_refused_message_changes_nothing(kinds in proptest::collection::vec(proptest::sample::select(Kind::ALL), 0..40)) {
            let mut session = Session::new(Role::Worker);
            for kind in kinds {
                let before = session.state();
                if session.advance(kind.sender(), kind, 0).is_err() {
                    prop_assert_eq!(session.state(), before);
                }
            }
        }
    }
}
