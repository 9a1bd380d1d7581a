//! Connections to a server, and leaving it alone while it does not answer.

use crate::sys::fork::PerProcess;
use redis::{Client, Connection, RedisError, RedisResult};
use std::fmt;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long connecting may take, without looking up the server's name, and how long an answer, where nothing else is said.
pub(in super::super) const PATIENCE: Duration = Duration::from_millis(500);
/// How long a server that did not answer is left alone: then one caller tries.
const REST: Duration = Duration::from_secs(2);
/// So many connections are kept for the next callers.
const MOST_IDLE: usize = 8;

/// Where a server is.
#[derive(Clone)]
pub(in super::super) struct Server(Client);

impl Server {
    /// Fails where the address is none. Nothing is connected to.
    pub(in super::super) fn at(url: &str) -> io::Result<Self> {
        Client::open(url).map(Self).map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))
    }
}

/// The connections of this process to a server: a child has its own.
pub(in super::super) struct Link {
    server: Server,
    patience: Duration,
    state: PerProcess<Mutex<State>>,
}

#[derive(Default)]
struct State {
    idle: Vec<Connection>,
    rest_until: Option<Instant>,
    has_warned: bool,
}

impl Link {
    pub(super) fn new(server: Server, patience: Duration) -> Self {
        Self { server, patience, state: PerProcess::new(Mutex::default) }
    }

    /// What the server answers.
    pub(super) fn ask<T>(&self, ask: impl Fn(&mut Connection) -> RedisResult<T>) -> io::Result<T> {
        if let Some(connection) = self.idle()? {
            match self.ask_over(connection, &ask) {
                // The server may have closed it while nobody used it.
                Err(error) if error.is_io_error() && !error.is_timeout() => {}
                outcome => return self.told(outcome),
            }
        }
        match self.connect() {
            Ok(connection) => self.told(self.ask_over(connection, &ask)),
            Err(error) => Err(self.rest(error)),
        }
    }

    /// Closes all connections that nobody uses.
    pub(super) fn close(&self) {
        self.state().idle.clear();
    }

    /// A connection that is open; fails while the server is left alone.
    fn idle(&self) -> io::Result<Option<Connection>> {
        let mut state = self.state();
        let now = Instant::now();
        match state.rest_until {
            Some(until) if now < until => {
                return Err(io::Error::new(io::ErrorKind::NotConnected, "the server did not answer a moment ago"));
            }
            // This one tries, for all.
            Some(_) => state.rest_until = Some(now + REST),
            None => {}
        }
        Ok(state.idle.pop())
    }

    fn connect(&self) -> RedisResult<Connection> {
        let connection = self.server.0.get_connection_with_timeout(self.patience)?;
        connection.set_read_timeout(Some(self.patience))?;
        connection.set_write_timeout(Some(self.patience))?;
        Ok(connection)
    }

    fn ask_over<T>(
        &self,
        mut connection: Connection,
        ask: &impl Fn(&mut Connection) -> RedisResult<T>,
    ) -> RedisResult<T> {
        let answer = ask(&mut connection)?;
        // After an error it is not certain that the next answer is the next question's.
        let mut state = self.state();
        if state.idle.len() < MOST_IDLE {
            state.idle.push(connection);
        }
        Ok(answer)
    }

    /// Takes note of whether the server answered.
    fn told<T>(&self, outcome: RedisResult<T>) -> io::Result<T> {
        match outcome {
            Err(error) if error.is_io_error() => Err(self.rest(error)),
            outcome => {
                self.state().rest_until = None;
                outcome.map_err(io::Error::other)
            }
        }
    }

    /// Leaves the server alone for a while.
    fn rest(&self, error: RedisError) -> io::Error {
        let mut state = self.state();
        state.idle.clear();
        state.rest_until = Some(Instant::now() + REST);
        if !std::mem::replace(&mut state.has_warned, true) {
            tracing::warn!("values are cached in the process alone while the server does not answer: {error}");
        }
        io::Error::new(if error.is_timeout() { io::ErrorKind::TimedOut } else { io::ErrorKind::NotConnected }, error)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.get().lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// Its address may hold a password.
impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Server").finish_non_exhaustive()
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link").finish_non_exhaustive()
    }
}
