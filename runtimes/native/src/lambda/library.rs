//! A handler library in this process.

use super::instance::{Instance, Outcome};
use super::invocation::Invocation;
use super::settings::Settings;
use crate::hooks;
use crate::library::Handler;
use headstart::bootstrap::message::Failure;
use headstart::bootstrap::{Invocation as Event, Kind};
use headstart::error::{Error, Result};
use headstart::sys::environment;
use std::os::fd::BorrowedFd;

/// The loaded function.
#[derive(Debug)]
pub(super) struct Library {
    handler: Handler,
    requests: u64,
}

impl Library {
    /// Loads it.
    pub(super) fn load(settings: &Settings) -> Result<Self> {
        // A directory that was found cannot be entered only where it is not ours to read.
        let _ = std::env::set_current_dir(&settings.package);
        let handler = Handler::load(&settings.package.display().to_string(), &settings.handler.parse()?)?;
        Ok(Self { handler, requests: 0 })
    }
}

impl Instance for Library {
    fn invoke(
        &mut self,
        invocation: &Invocation,
        context: &[u8],
        _: &mut dyn FnMut(&[u8]),
    ) -> Outcome<Result<Vec<u8>, Failure>> {
        self.requests += 1;
        let event = Event { budget_us: invocation.budget_us(), context, payload: &invocation.payload };
        let outcome = self.handler.call(&event, self.requests);
        environment::flush_c_streams();
        Ok(outcome.map_err(|error| failure(&error)))
    }

    fn run_hooks(&mut self, kind: Kind) -> Outcome<Vec<Failure>> {
        let failed = hooks::run(&self.handler, kind, &mut |_| Ok(()));
        environment::flush_c_streams();
        Ok(failed?.into_iter().collect())
    }

    fn speaks(&self) -> Option<BorrowedFd<'_>> {
        None
    }

    fn listen(&mut self) -> Outcome<()> {
        Ok(())
    }

    fn shut_down(&mut self) {
        // There is nobody left to tell of a hook that failed, but the log.
        for failure in self.run_hooks(Kind::Shutdown).unwrap_or_default() {
            crate::say(&format!("{} failed: {}", failure.hook.unwrap_or_default(), failure.message));
        }
    }
}

/// What a launcher in a process of its own would say of an error.
pub(super) fn failure(error: &Error) -> Failure {
    Failure { code: error.code().as_str().into(), message: error.message().into(), ..Failure::default() }
}
