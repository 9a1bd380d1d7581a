//! Other processes: watching them, limiting them, ending them.

#[cfg(feature = "host")]
use super::stat::Stat;
use rustix::process::{
    Pid, PidfdFlags, Resource, Rlimit, Signal, WaitId, WaitIdOptions, WaitIdStatus, kill_process, kill_process_group,
    pidfd_open, pidfd_send_signal, prlimit, waitid,
};
use std::fmt;
use std::fs;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::FileExt;
#[cfg(feature = "host")]
use std::time::Duration;

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// It ended by itself with this code.
    Code(i32),
    /// This signal killed it.
    Signal(i32),
    /// It is gone, and nobody who knows how could be asked.
    Unknown,
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Exit::Code(code) => write!(f, "exit code {code}"),
            Exit::Signal(number) => match signal_name(number) {
                Some(name) => write!(f, "signal {number} ({name})"),
                None => write!(f, "signal {number}"),
            },
            Exit::Unknown => f.write_str("unknown status"),
        }
    }
}

fn signal_name(number: i32) -> Option<&'static str> {
    let names = [
        (libc::SIGABRT, "SIGABRT"),
        (libc::SIGBUS, "SIGBUS"),
        (libc::SIGFPE, "SIGFPE"),
        (libc::SIGHUP, "SIGHUP"),
        (libc::SIGILL, "SIGILL"),
        (libc::SIGINT, "SIGINT"),
        (libc::SIGKILL, "SIGKILL"),
        (libc::SIGPIPE, "SIGPIPE"),
        (libc::SIGSEGV, "SIGSEGV"),
        (libc::SIGTERM, "SIGTERM"),
        (libc::SIGXCPU, "SIGXCPU"),
        (libc::SIGSYS, "SIGSYS"),
    ];
    names.iter().find(|(signal, _)| *signal == number).map(|(_, name)| *name)
}

/// How often one is looked at that has ended while another process traces it.
#[cfg(feature = "host")]
pub const TRACED: Duration = Duration::from_millis(2);

fn process(pid: u32) -> io::Result<Pid> {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    pid.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "not the number of a process"))
}

/// A descriptor that becomes readable when the process ends.
pub fn watch(pid: u32) -> io::Result<OwnedFd> {
    Ok(pidfd_open(process(pid)?, PidfdFlags::NONBLOCK)?)
}

/// The same descriptor, for the asynchronous runtime that this is called in.
#[cfg(feature = "host")]
pub fn watch_async(watched: OwnedFd) -> Result<tokio::io::unix::AsyncFd<OwnedFd>, (OwnedFd, io::Error)> {
    // SAFETY: an `OwnedFd` stays open and gives the same number for as long as it lives, and nothing but the
    // value made here can reach it to replace it.
    unsafe { tokio::io::unix::AsyncFd::register(watched) }.map_err(tokio::io::unix::AsyncFdRegisterError::into_parts)
}

/// Takes note of a child's end and lets the kernel forget it; `None` while it runs.
///
/// Fails with `ECHILD` where the process is not a child of this one, or was taken note of before.
pub fn reap(watched: impl AsFd) -> io::Result<Option<Exit>> {
    let status = wait(watched, WaitIdOptions::NOHANG)?;
    Ok(status.map(|status| match (status.exit_status(), status.terminating_signal()) {
        (Some(code), _) => Exit::Code(code),
        (_, Some(signal)) => Exit::Signal(signal),
        _ => Exit::Unknown,
    }))
}

/// Whether a process that has ended could be taken note of, or never can: one that another process traces is that one's
/// first, as those are that CRIU dumps.
#[cfg(feature = "host")]
pub fn is_untraced(watched: impl AsFd) -> bool {
    wait(watched, WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT).map_or(true, |status| status.is_some())
}

/// Waits for a process's end, and lets the kernel forget it where it is a child of this one.
#[cfg(feature = "host")]
pub fn wait_and_forget(watched: impl AsFd) {
    wait_gone(&watched);
    while !is_untraced(&watched) {
        std::thread::sleep(TRACED);
    }
    // Nobody waits for the answer any more.
    let _ = reap(watched);
}

fn wait(watched: impl AsFd, options: WaitIdOptions) -> io::Result<Option<WaitIdStatus>> {
    Ok(rustix::io::retry_on_intr(|| waitid(WaitId::PidFd(watched.as_fd()), WaitIdOptions::EXITED | options))?)
}

/// Waits until a process, whose child or not, has ended.
pub fn wait_gone(watched: impl AsFd) {
    let mut descriptors = [rustix::event::PollFd::new(&watched, rustix::event::PollFlags::IN)];
    // An interrupted wait is begun again; any other error means that there is nothing to wait for.
    while rustix::event::poll(&mut descriptors, None) == Err(rustix::io::Errno::INTR) {}
}

/// The parent of a process, as the kernel has it.
#[cfg(feature = "host")]
pub fn parent(pid: u32) -> io::Result<u32> {
    Ok(Stat::of(pid)?.parent)
}

/// The processes that a process has started and that live, as far as `/proc` tells.
#[cfg(feature = "host")]
pub fn children(pid: u32) -> Vec<u32> {
    let threads = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let texts = threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    texts.flat_map(|text| text.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<_>>()).collect()
}

/// Whether a process has been stopped by a signal.
#[cfg(feature = "host")]
pub fn is_stopped(pid: u32) -> io::Result<bool> {
    Ok(Stat::of(pid)?.is_stopped())
}

/// Stops a worker, until somebody lets it go on; it may take a moment until it stands.
#[cfg(feature = "runtime-api")]
pub fn stop(pid: u32) -> io::Result<()> {
    Ok(kill_process(worker(pid)?, Signal::STOP)?)
}

/// Stops this process, until somebody lets it go on.
pub fn stop_self() -> io::Result<()> {
    Ok(kill_process(rustix::process::getpid(), Signal::STOP)?)
}

/// Lets a stopped process go on.
pub fn go_on(watched: impl AsFd) -> io::Result<()> {
    signal_watched(watched, Signal::CONT)
}

/// Writes `new` where a process has `old` in memory; tells whether it had.
pub fn replace_number(pid: u32, address: u64, (old, new): (u32, u32)) -> io::Result<bool> {
    let memory = fs::File::options().read(true).write(true).open(format!("/proc/{pid}/mem"))?;
    let mut found = [0; 4];
    memory.read_exact_at(&mut found, address)?;
    let has_it = u32::from_ne_bytes(found) == old;
    if has_it {
        memory.write_all_at(&new.to_ne_bytes(), address)?;
    }
    Ok(has_it)
}

/// Kills a worker and everything it started that stayed in its process group.
///
/// Refuses process 1: its number as a group means every process there is.
pub fn kill_group(leader: u32) -> io::Result<()> {
    signal_group(leader, Signal::KILL)
}

/// Asks a worker, and everything it started that stayed in its process group, to end.
#[cfg(feature = "runtime-api")]
pub fn end_group(leader: u32) -> io::Result<()> {
    signal_group(leader, Signal::TERM)
}

/// Sends a signal to everything in a worker's process group.
pub(super) fn signal_group(leader: u32, signal: Signal) -> io::Result<()> {
    Ok(kill_process_group(worker(leader)?, signal)?)
}

/// Refuses what no worker has.
pub(super) fn worker(leader: u32) -> io::Result<Pid> {
    match leader {
        0 | 1 => Err(io::Error::new(io::ErrorKind::InvalidInput, "not the number of a worker")),
        leader => process(leader),
    }
}

/// Kills one process, whose number cannot have been given to another meanwhile.
pub fn kill_watched(watched: impl AsFd) -> io::Result<()> {
    signal_watched(watched, Signal::KILL)
}

/// Sends one process a signal, as [`kill_watched`] does.
pub(super) fn signal_watched(watched: impl AsFd, signal: Signal) -> io::Result<()> {
    Ok(pidfd_send_signal(watched, signal)?)
}

/// Bounds what a running process may allocate (`RLIMIT_DATA`).
pub fn limit_memory(pid: u32, bytes: u64) -> io::Result<()> {
    let limit = Rlimit { current: Some(bytes), maximum: Some(bytes) };
    prlimit(Some(process(pid)?), Resource::Data, limit)?;
    Ok(())
}

/// How many threads this process has.
pub fn threads() -> io::Result<usize> {
    Ok(fs::read_dir("/proc/self/task")?.count())
}

/// The names of this process's threads by number, without the calling one.
pub fn other_threads() -> io::Result<Vec<(u32, String)>> {
    let mine = rustix::thread::gettid().as_raw_nonzero().get().unsigned_abs();
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc/self/task")? {
        let entry = entry?;
        let Ok(number) = entry.file_name().to_string_lossy().parse::<u32>() else { continue };
        if number != mine {
            let name = fs::read_to_string(entry.path().join("comm")).unwrap_or_default();
            found.push((number, name.trim_end().to_owned()));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_is_watched_and_reaped() {
        #[expect(clippy::zombie_processes, reason = "reaping it is what is tested")]
        let child = std::process::Command::new("sh").args(["-c", "exit 7"]).spawn().unwrap();
        let watched = watch(child.id()).unwrap();
        wait_gone(&watched);
        assert_eq!(reap(&watched).unwrap(), Some(Exit::Code(7)));
        assert!(reap(&watched).is_err());
    }

    #[test]
    #[cfg(feature = "host")]
    fn parents_are_known() {
        let parent = std::os::unix::process::parent_id();
        assert_eq!(super::parent(std::process::id()).unwrap(), parent);
        assert!(kill_group(1).is_err() && kill_group(0).is_err());
    }

    #[test]
    fn exits_read_well() {
        assert_eq!(Exit::Signal(9).to_string(), "signal 9 (SIGKILL)");
        assert_eq!(Exit::Code(3).to_string(), "exit code 3");
    }
}
