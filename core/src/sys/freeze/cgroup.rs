//! Stopping by a cgroup of version 2, as `Documentation/admin-guide/cgroup-v2.rst` of the kernel has it.

use super::members;
use super::removal::{self, Leaving};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// How many looks it may take until no process of a worker is outside its group.
const MOST_LOOKS: usize = 64;

/// Counts the groups that exist, up while it lives.
#[derive(Debug)]
pub(super) struct Counted(Arc<AtomicUsize>);

impl Counted {
    pub(super) fn up(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::AcqRel);
        Self(Arc::clone(count))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// A group with the processes of one worker; dropped, they are killed and it is removed.
#[derive(Debug)]
pub(super) struct Cgroup {
    leader: u32,
    directory: PathBuf,
    /// `cgroup.freeze` and `cgroup.events`, held open: a thaw is one write.
    freeze: File,
    events: File,
    /// Whether every process of the worker was moved in; what they start is in it from then on.
    is_whole: std::sync::atomic::AtomicBool,
    counted: Option<Counted>,
}

impl Cgroup {
    /// A new group, with nothing in it.
    pub(super) fn new(leader: u32, directory: PathBuf, counted: Counted) -> io::Result<Self> {
        fs::create_dir(&directory)?;
        let opened = open(&directory);
        if opened.is_err() {
            // It was made a moment ago and is empty.
            let _ = fs::remove_dir(&directory);
        }
        let (freeze, events) = opened?;
        let counted = Some(counted);
        Ok(Self { leader, directory, freeze, events, is_whole: false.into(), counted })
    }

    /// Freezes the group first, so that what is moved in stops at once and starts nothing any more.
    pub(super) fn stop(&self, within: Duration) -> io::Result<()> {
        let until = Instant::now() + within;
        self.freeze.write_all_at(b"1", 0)?;
        if !self.is_whole.load(Ordering::Acquire) {
            self.take_in()?;
            self.is_whole.store(true, Ordering::Release);
        }
        self.wait_frozen(until)
    }

    fn take_in(&self) -> io::Result<()> {
        for _ in 0..MOST_LOOKS {
            let inside = pids(&self.directory)?;
            let found = members::of(self.leader)?;
            let outside: Vec<u32> = found.iter().map(|stat| stat.pid).filter(|pid| !inside.contains(pid)).collect();
            if outside.is_empty() {
                return Ok(());
            }
            for pid in outside {
                self.move_in(pid)?;
            }
        }
        Err(io::Error::new(io::ErrorKind::TimedOut, "it starts processes faster than they can be stopped"))
    }

    fn move_in(&self, pid: u32) -> io::Result<()> {
        match write(&self.directory, "cgroup.procs", &pid.to_string()) {
            // It has ended meanwhile.
            Err(error) if error.raw_os_error() == Some(libc::ESRCH) => Ok(()),
            other => other,
        }
    }

    /// The kernel tells of a change of `cgroup.events` by an exceptional condition of its descriptor; reading it arms
    /// the next.
    fn wait_frozen(&self, until: Instant) -> io::Result<()> {
        loop {
            let mut text = [0; 128];
            let count = self.events.read_at(&mut text, 0)?;
            if String::from_utf8_lossy(&text[..count]).lines().any(|line| line == "frozen 1") {
                return Ok(());
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(io::Error::new(io::ErrorKind::TimedOut, "a process did not stop"));
            }
            let timeout = Timespec::try_from(left.min(Duration::from_millis(20))).map_err(io::Error::other)?;
            // An interrupted wait is only a shorter one.
            let _ = poll(&mut [PollFd::new(&self.events, PollFlags::PRI)], Some(&timeout));
        }
    }

    pub(super) fn go_on(&self) -> io::Result<()> {
        self.freeze.write_all_at(b"0", 0)
    }

    pub(super) fn cpu_time(&self) -> io::Result<Duration> {
        let text = fs::read_to_string(self.directory.join("cpu.stat"))?;
        let used = text.lines().find_map(|line| line.strip_prefix("usage_usec ")?.trim().parse().ok());
        used.map(Duration::from_micros).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "no usage_usec"))
    }
}

impl Drop for Cgroup {
    fn drop(&mut self) {
        if let Some(counted) = self.counted.take() {
            end(std::mem::take(&mut self.directory), counted);
        }
    }
}

/// Kills what is in a group, and has it removed.
///
/// What has left the worker's process group is killed too. Before Linux 5.14 one by one: frozen, they start nothing.
pub(super) fn end(directory: PathBuf, counted: Counted) {
    if write(&directory, "cgroup.kill", "1").is_err() {
        for pid in pids(&directory).unwrap_or_default() {
            if let Ok(watched) = crate::sys::process::watch(pid) {
                // It has ended meanwhile.
                let _ = crate::sys::process::kill_watched(watched);
            }
        }
    }
    removal::remove(Leaving { directory, _counted: counted });
}

/// Writes to a file of a group, which the kernel has made.
fn write(directory: &Path, file: &str, text: &str) -> io::Result<()> {
    OpenOptions::new().write(true).open(directory.join(file))?.write_all_at(text.as_bytes(), 0)
}

fn pids(directory: &Path) -> io::Result<BTreeSet<u32>> {
    let text = fs::read_to_string(directory.join("cgroup.procs"))?;
    Ok(text.lines().filter_map(|line| line.parse().ok()).collect())
}

fn open(directory: &Path) -> io::Result<(File, File)> {
    let freeze = OpenOptions::new().write(true).open(directory.join("cgroup.freeze"))?;
    Ok((freeze, File::open(directory.join("cgroup.events"))?))
}
