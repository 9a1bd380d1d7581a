//! The arms that go through a host: what is prepared before the clock runs, and what is timed.

use super::comparison::SETTLE;
use super::row::Run;
use crate::arguments::Arm;
use headstart::sys::memory::Memory;
use headstart::{Error, FunctionId, Host, Prewarm};
use std::time::Duration;

/// One function, registered once for each arm, so that no arm finds what another left.
#[derive(Debug)]
pub(crate) struct HostArm {
    arm: Arm,
    function: FunctionId,
}

impl HostArm {
    /// Has ready what the arm stands on for all its runs.
    pub(crate) async fn prepare(host: &Host, arm: Arm, function: FunctionId, event: &[u8]) -> Result<Self, Error> {
        match arm {
            Arm::Zygote => host.prewarm(&function, Prewarm::zygote()).await?,
            Arm::Snapshot => host.prewarm(&function, Prewarm::snapshot()).await?,
            Arm::Fork => host.prewarm(&function, Prewarm::zygote().without_spare()).await?,
            arm if arm.keeps_instance() => {
                host.prewarm(&function, Prewarm::warm(1)).await?;
                host.invoke(&function, event, Duration::from_mins(1)).await?;
            }
            _ => {}
        }
        Ok(Self { arm, function })
    }

    /// Runs it once: from the request to the reply, with a stem started, or an instance frozen, before.
    pub(crate) async fn run(&self, host: &Host, event: &[u8], timeout: Duration) -> Result<Run, Error> {
        match self.arm {
            Arm::Stem => host.prewarm(&self.function, Prewarm::stem(1)).await?,
            Arm::Frozen => host.prewarm(&self.function, Prewarm::frozen(1)).await?,
            Arm::FrozenPaged | Arm::FrozenPagedIn => {
                host.prewarm(&self.function, Prewarm::frozen(1).paged_out()).await?;
            }
            _ => {}
        }
        let frozen = self.settle_frozen(host).await?;
        if self.arm == Arm::FrozenPagedIn {
            host.prewarm(&self.function, Prewarm::paged_in(1)).await?;
        }
        let reply = host.invoke(&self.function, event, timeout).await?;
        let memory = frozen.or_else(|| Memory::of(reply.pid()).ok()).unwrap_or_default();
        // An instance lives on after its first reply; what it does then is part of what is compared.
        tokio::time::sleep(SETTLE).await;
        if !self.arm.keeps_instance() {
            host.retire(&self.function)?;
        }
        let timings = reply.timings();
        Ok(Run { init_us: timings.ready_us, first_us: timings.invoke_us, memory, result: reply.into_payload() })
    }

    /// What a frozen instance holds, once all that freezing set going, paging out for one, is done.
    async fn settle_frozen(&self, host: &Host) -> Result<Option<Memory>, Error> {
        if !self.arm.is_frozen() {
            return Ok(None);
        }
        tokio::time::sleep(SETTLE).await;
        Ok(host.report(&self.function)?.frozen.first().and_then(|worker| worker.memory))
    }
}
