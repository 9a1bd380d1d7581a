//! Stopping by SIGSTOP. What the worker itself had stopped goes on with the rest, and anyone may send SIGCONT: that is
//! why a cgroup is better.

use super::members;
use crate::sys::process::{kill_watched, signal_group, signal_watched, watch, worker};
use rustix::process::Signal;
use std::io;
use std::os::fd::OwnedFd;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A worker's processes, stopped by signals.
#[derive(Debug)]
pub(super) struct Signals {
    leader: u32,
    /// The leader by descriptor: its number may be given to another process after its end.
    watched: OwnedFd,
    /// What was stopped and is not in the leader's process group.
    outside: Mutex<Vec<OwnedFd>>,
}

impl Signals {
    pub(super) fn new(leader: u32) -> io::Result<Self> {
        worker(leader)?;
        Ok(Self { leader, watched: watch(leader)?, outside: Mutex::default() })
    }

    /// Signals until a look at all processes finds none that runs: what forks while it is signalled leaves a child.
    pub(super) fn stop(&self, within: Duration) -> io::Result<()> {
        let begun = Instant::now();
        loop {
            self.signal_leader_and_group(Signal::STOP)?;
            self.stop_outside()?;
            if members::of(self.leader)?.iter().all(|stat| members::is_stopped(stat.pid)) {
                return Ok(());
            }
            if begun.elapsed() > within {
                return Err(io::Error::new(io::ErrorKind::TimedOut, "a process did not stop"));
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    fn stop_outside(&self) -> io::Result<()> {
        for stat in members::of(self.leader)? {
            if stat.is_in_group_of(self.leader) || members::is_stopped(stat.pid) {
                continue;
            }
            // What has ended meanwhile needs no signal.
            let Ok(watched) = watch(stat.pid) else { continue };
            if signal_watched(&watched, Signal::STOP).is_ok() {
                self.outside().push(watched);
            }
        }
        Ok(())
    }

    pub(super) fn go_on(&self) -> io::Result<()> {
        for watched in self.outside().drain(..) {
            // What has ended meanwhile needs no signal.
            let _ = signal_watched(&watched, Signal::CONT);
        }
        self.signal_leader_and_group(Signal::CONT)
    }

    fn signal_leader_and_group(&self, signal: Signal) -> io::Result<()> {
        signal_watched(&self.watched, signal)?;
        signal_group(self.leader, signal)
    }

    pub(super) fn cpu_time(&self) -> io::Result<Duration> {
        members::of(self.leader)?.iter().map(|stat| members::cpu_time(stat.pid)).sum()
    }

    fn outside(&self) -> std::sync::MutexGuard<'_, Vec<OwnedFd>> {
        self.outside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Signals {
    /// The worker's end does not reach what has left its process group; nothing of it may stay stopped for ever.
    fn drop(&mut self) {
        for watched in self.outside().drain(..) {
            let _ = kill_watched(&watched);
        }
    }
}
