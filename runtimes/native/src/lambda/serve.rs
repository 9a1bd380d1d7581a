//! Event after event, until the platform ends it or the instance ends.

use super::api::{Next, RuntimeApi};
use super::fault::{self, Fault, Faults};
use super::instance::{Ended, Instance};
use super::invocation::Invocation;
use super::stream::Stream;
use headstart::error::Result;
use headstart::sys::process::Exit;
use std::process::ExitCode;

/// Why no more events are handled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// The platform has asked for it; the instance was shut down.
    Interrupted,
    /// The instance's process has ended, after it took so many events.
    Exited { exit: Exit, served: u64 },
}

impl End {
    /// What this process ends with.
    pub(super) fn code(self) -> ExitCode {
        match self {
            End::Interrupted => ExitCode::SUCCESS,
            End::Exited { exit, .. } => fault::exit_code(exit),
        }
    }
}

/// Serves.
pub(super) fn serve(api: &mut RuntimeApi, instance: &mut dyn Instance, faults: &Faults) -> Result<End> {
    let mut served = 0;
    loop {
        let ended = match api.next(instance.speaks())? {
            Next::Event(invocation) => {
                served += 1;
                handle(api, instance, faults, &invocation)?
            }
            Next::Other => instance.listen().err(),
            Next::Interrupt => Some(Ended::Interrupted),
        };
        match ended {
            None => {}
            Some(Ended::Interrupted) => {
                instance.shut_down();
                return Ok(End::Interrupted);
            }
            Some(Ended::Exited(exit)) => {
                crate::say(&format!("the function's process has ended: {exit}"));
                return Ok(End::Exited { exit, served });
            }
            Some(Ended::Failed(error)) => return Err(error),
        }
    }
}

/// Handles one event; why the instance has ended, where it has.
fn handle(
    api: &mut RuntimeApi,
    instance: &mut dyn Instance,
    faults: &Faults,
    invocation: &Invocation,
) -> Result<Option<Ended>> {
    let mut stream = Stream::default();
    let answered = match invocation.context() {
        Ok(context) => instance.invoke(invocation, &context, &mut |piece| stream.write(api, invocation, piece)),
        Err(fault) => {
            let fault = faults.styled(fault);
            fault.tell(&invocation.id);
            return api.fail(invocation, &fault).map(|()| None);
        }
    };
    let (fault, ended) = match answered {
        Ok(Ok(rest)) if stream.is_begun() => return stream.finish(api, Ok(&rest), invocation).map(|()| None),
        Ok(Ok(result)) => return api.respond(invocation, &result).map(|()| None),
        Ok(Err(failure)) => (faults.of_invocation(&failure), None),
        Err(Ended::Interrupted) => return Ok(Some(Ended::Interrupted)),
        Err(ended) => (Fault::of_end(&ended, Some(&invocation.id)), Some(ended)),
    };
    fault.tell(&invocation.id);
    if stream.is_begun() {
        stream.finish(api, Err(&fault), invocation)?;
    } else {
        api.fail(invocation, &fault)?;
    }
    Ok(ended)
}
