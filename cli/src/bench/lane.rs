//! One arm of a comparison, ready to be run.

use super::arms::HostArm;
use super::baking::Baked;
use super::peer::Peer;
use super::plain::Plain;
use super::row::{Run, name};
use crate::arguments::{Arm, TargetArguments};
use crate::{talk, target};
use headstart::error::Area;
use headstart::host::FunctionReport;
use headstart::{Error, Host};
use std::time::Duration;

/// An arm's name, and how it is started.
#[derive(Debug)]
pub(super) struct Lane {
    pub(super) name: String,
    /// Whether it is somebody else's.
    pub(super) is_peer: bool,
    way: Way,
}

#[derive(Debug)]
enum Way {
    Host(HostArm),
    Process(Plain),
}

impl Lane {
    /// A peer; `None` where it cannot run the function, which is told.
    pub(super) fn of_peer(report: &FunctionReport, peer: &Peer, event: &[u8], timeout: Duration) -> Option<Self> {
        let process = Plain::of_peer(report, peer);
        if let Err(error) = process.run(event, timeout) {
            talk::say(format!("skipped: {}: failed to {error}\n", peer.name).as_bytes());
            return None;
        }
        Some(Self { name: peer.name.clone(), is_peer: true, way: Way::Process(process) })
    }

    /// An arm of our own, with a function registered for it alone; `None` where the function does not have it.
    pub(super) async fn prepare(
        host: &Host,
        arm: Arm,
        target: &TargetArguments,
        report: &FunctionReport,
        (baked, event): (Option<&Baked>, &[u8]),
    ) -> Result<Option<Self>, Error> {
        if arm == Arm::Plain {
            let way = Way::Process(Plain::new(report)?);
            return Ok(Some(Self { name: name(arm), is_peer: false, way }));
        }
        let function = match baked {
            Some(baked) => target::function(target)?.image(&baked.image),
            None => target::function(target)?.without_image(),
        };
        let function = if arm == Arm::Snapshot { function.warm_up(event) } else { function };
        match HostArm::prepare(host, arm, host.register(function).await?, event).await {
            Ok(prepared) => Ok(Some(Self { name: name(arm), is_peer: false, way: Way::Host(prepared) })),
            // A function that cannot be forked, or a machine that has no snapshots, has its other tiers.
            Err(error) if matches!(error.code().area(), Area::Zygote | Area::Snapshot) => {
                talk::say(format!("skipped: {}: failed to {error}\n", name(arm)).as_bytes());
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Starts it once.
    pub(super) async fn run(&self, host: &Host, event: &[u8], timeout: Duration) -> Result<Run, Error> {
        match &self.way {
            Way::Host(arm) => arm.run(host, event, timeout).await,
            Way::Process(plain) => plain.run(event, timeout),
        }
    }
}
