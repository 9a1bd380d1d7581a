//! Stopping by SIGSTOP. What the worker itself had stopped goes on with the rest, and anyone may send SIGCONT: that is
//! why a cgroup is better.

use super::members;
use rustix::process::{Pid, PidfdFlags, Signal, kill_process_group, pidfd_open, pidfd_send_signal};
use std::io;
use std::os::fd::OwnedFd;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A worker's processes, stopped by signals.
#[derive(Debug)]
pub(super) struct Signals {
    leader: u32,
    group: Pid,
    /// The leader by descriptor: its number may be given to another process after its end.
    watched: OwnedFd,
    /// What was stopped and is not in the leader's process group.
    outside: Mutex<Vec<OwnedFd>>,
}

impl Signals {
    pub(super) fn new(leader: u32) -> io::Result<Self> {
        let group = i32::try_from(leader).ok().filter(|pid| *pid > 1).and_then(Pid::from_raw);
        let group = group.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "not the number of a worker"))?;
        let watched = pidfd_open(group, PidfdFlags::empty())?;
        Ok(Self { leader, group, watched, outside: Mutex::default() })
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
            let Some(pid) = i32::try_from(stat.pid).ok().and_then(Pid::from_raw) else { continue };
            // What has ended meanwhile needs no signal.
            let Ok(watched) = pidfd_open(pid, PidfdFlags::empty()) else { continue };
            if pidfd_send_signal(&watched, Signal::STOP).is_ok() {
                self.outside().push(watched);
            }
        }
        Ok(())
    }

    pub(super) fn go_on(&self) -> io::Result<()> {
        for watched in self.outside().drain(..) {
            // What has ended meanwhile needs no signal.
            let _ = pidfd_send_signal(&watched, Signal::CONT);
        }
        self.signal_leader_and_group(Signal::CONT)
    }

    fn signal_leader_and_group(&self, signal: Signal) -> io::Result<()> {
        pidfd_send_signal(&self.watched, signal)?;
        Ok(kill_process_group(self.group, signal)?)
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
            let _ = pidfd_send_signal(&watched, Signal::KILL);
        }
    }
}
