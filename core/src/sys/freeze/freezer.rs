//! Which way of stopping there is, and groups of workers.

use super::cgroup::{Cgroup, Counted};
use super::parent::{Parent, find, new_name, own_name};
use super::signals::Signals;
use std::fmt;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

/// How long stopping may take.
const STOP_WITHIN: Duration = Duration::from_secs(2);

/// How processes are stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Way {
    /// By a cgroup of version 2.
    Cgroup,
    /// By SIGSTOP.
    Signal,
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Way::Cgroup => "cgroup",
            Way::Signal => "SIGSTOP",
        })
    }
}

/// Makes groups that can be stopped. Nothing of the system is looked at before the first.
#[derive(Debug, Default)]
pub struct Freezer {
    by_signals: bool,
    /// This process's own cgroup, where groups can be made below it; else why not.
    parent: OnceLock<Result<Parent, String>>,
    groups: Arc<AtomicUsize>,
}

impl Freezer {
    /// One that uses cgroups where it can.
    pub fn new() -> Self {
        Self::default()
    }

    /// One that uses signals alone.
    pub fn by_signals() -> Self {
        Self { by_signals: true, ..Self::default() }
    }

    /// The way there is, and why there is no better one.
    pub fn way(&self) -> (Way, Option<&str>) {
        match self.parent() {
            Ok(_) => (Way::Cgroup, None),
            Err(reason) => (Way::Signal, Some(reason)),
        }
    }

    fn parent(&self) -> Result<&Parent, &str> {
        if self.by_signals {
            return Err("signals were asked for");
        }
        self.parent.get_or_init(find).as_ref().map_err(String::as_str)
    }

    /// The processes of a worker. Those of one that was moved to a cgroup of its own stay there and are stopped by
    /// signals: whoever moved it bounds it by that cgroup.
    pub fn group(&self, leader: u32) -> io::Result<Group> {
        match self.parent() {
            Ok(parent) if own_name(&leader.to_string()).is_ok_and(|name| name == parent.name) => {
                let group = Cgroup::new(leader, parent.directory.join(new_name()), Counted::up(&self.groups))?;
                Ok(Group(Kind::Cgroup(group)))
            }
            _ => Ok(Group(Kind::Signals(Signals::new(leader)?))),
        }
    }

    /// Whether a group of its making is still there.
    pub fn has_groups(&self) -> bool {
        self.groups.load(Ordering::Acquire) > 0
    }

    /// Waits until every group that was let go of is removed, at most so long; whether they are.
    pub fn wait_removed(&self, at_most: Duration) -> bool {
        let begun = Instant::now();
        while self.has_groups() {
            if begun.elapsed() > at_most {
                return false;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        true
    }
}

/// The processes of one worker, which stop and go on together; dropped, those that are in a cgroup, and those that were
/// stopped outside the worker's process group, are killed.
#[derive(Debug)]
pub struct Group(Kind);

#[derive(Debug)]
enum Kind {
    Cgroup(Cgroup),
    Signals(Signals),
}

impl Group {
    /// Stops them, and returns when the kernel says that none runs. Blocks, for at most two seconds.
    pub fn stop(&self) -> io::Result<()> {
        match &self.0 {
            Kind::Cgroup(group) => group.stop(STOP_WITHIN),
            Kind::Signals(group) => group.stop(STOP_WITHIN),
        }
    }

    /// Lets them go on; does not wait until they do.
    pub fn go_on(&self) -> io::Result<()> {
        match &self.0 {
            Kind::Cgroup(group) => group.go_on(),
            Kind::Signals(group) => group.go_on(),
        }
    }

    /// The processor time that they have used; in a cgroup, since they were moved there.
    pub fn cpu_time(&self) -> io::Result<Duration> {
        match &self.0 {
            Kind::Cgroup(group) => group.cpu_time(),
            Kind::Signals(group) => group.cpu_time(),
        }
    }

    /// How they are stopped.
    pub fn way(&self) -> Way {
        match &self.0 {
            Kind::Cgroup(_) => Way::Cgroup,
            Kind::Signals(_) => Way::Signal,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::freeze::cpu_time;
    use std::path::Path;
    use std::process::{Child, Command};

    fn spinning() -> Child {
        use std::os::unix::process::CommandExt;
        // A child of the shell's spins too, and so does one that leaves its process group.
        let script = "(while :; do :; done) & setsid sh -c 'while :; do :; done' & while :; do :; done";
        Command::new("sh").args(["-c", script]).process_group(0).spawn().unwrap()
    }

    fn total(pids: &[u32]) -> Duration {
        pids.iter().map(|pid| cpu_time(*pid).unwrap_or_default()).sum()
    }

    fn stops_and_goes_on(freezer: &Freezer) {
        let mut child = spinning();
        std::thread::sleep(Duration::from_millis(200));
        let group = freezer.group(child.id()).unwrap();
        for _ in 0..3 {
            group.stop().unwrap();
            let pids: Vec<u32> = super::super::members::of(child.id()).unwrap().iter().map(|it| it.pid).collect();
            assert_eq!(pids.len(), 3);
            let (before, counted) = (total(&pids), group.cpu_time().unwrap());
            std::thread::sleep(Duration::from_millis(100));
            assert_eq!((total(&pids), group.cpu_time().unwrap()), (before, counted), "{}", group.way());
            group.go_on().unwrap();
            std::thread::sleep(Duration::from_millis(300));
            assert!(total(&pids) > before, "{}", group.way());
        }
        group.stop().unwrap();
        let pids: Vec<u32> = super::super::members::of(child.id()).unwrap().iter().map(|it| it.pid).collect();
        drop(group);
        let _ = crate::sys::process::kill_group(child.id());
        child.wait().unwrap();
        assert!(freezer.wait_removed(Duration::from_secs(5)));
        std::thread::sleep(Duration::from_millis(50));
        let living = |pid: &&u32| Path::new(&format!("/proc/{pid}/exe")).exists();
        assert_eq!(pids.iter().find(living), None);
    }

    #[test]
    fn by_signals() {
        let freezer = Freezer::by_signals();
        assert_eq!(freezer.way().0, Way::Signal);
        stops_and_goes_on(&freezer);
    }

    #[test]
    #[expect(clippy::print_stdout, reason = "a test that is skipped says so")]
    fn by_cgroup() {
        let freezer = Freezer::new();
        match freezer.way() {
            (Way::Cgroup, _) => stops_and_goes_on(&freezer),
            (_, reason) => println!("skipped: by_cgroup: {reason:?}"),
        }
    }

    #[test]
    fn a_group_of_what_is_gone_stops_nothing() {
        let mut child = Command::new("true").spawn().unwrap();
        child.wait().unwrap();
        assert!(Freezer::by_signals().group(child.id()).is_err());
        assert!(Freezer::by_signals().group(1).is_err() && Freezer::by_signals().group(0).is_err());
    }
}
