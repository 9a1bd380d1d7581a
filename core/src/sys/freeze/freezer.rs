//! Which way of stopping there is, and groups of workers.

use super::cgroup::{Cgroup, Counted};
use super::signals::Signals;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

/// How long stopping may take.
const STOP_WITHIN: Duration = Duration::from_secs(2);

/// What the names of groups begin with. The number of the PID namespace, that of this process in it, and one for the
/// group follow, joined by dashes.
const PREFIX: &str = "headstart-";

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

#[derive(Debug, Clone)]
struct Parent {
    directory: PathBuf,
    /// Its name in the hierarchy.
    name: String,
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

    /// Waits until every group that was let go of is removed, at most so long; whether they are.
    pub fn wait_removed(&self, at_most: Duration) -> bool {
        let begun = Instant::now();
        while self.groups.load(Ordering::Acquire) > 0 {
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

/// Finds this process's own cgroup, and sees whether groups can be made below it and processes be moved there.
fn find() -> Result<Parent, String> {
    let told = |error: io::Error| error.to_string();
    let name = own_name("self").map_err(told)?;
    let mounts = fs::read_to_string("/proc/self/mountinfo").map_err(told)?;
    let directory = mounts.lines().find_map(|line| place(line, &name)).ok_or("cgroup v2 is not mounted")?;
    sweep(&directory);
    let probe = directory.join(new_name());
    let refused = |error: io::Error| format!("no group can be made at {}: {error}", directory.display());
    fs::create_dir(&probe).map_err(refused)?;
    let usable = [probe.join("cgroup.freeze"), probe.join("cgroup.procs"), directory.join("cgroup.procs")]
        .iter()
        .try_for_each(|file| rustix::fs::access(file, rustix::fs::Access::WRITE_OK));
    // Empty, so that nothing keeps it; else the next sweep takes it.
    let _ = fs::remove_dir(&probe);
    usable.map_err(|error| refused(error.into()))?;
    Ok(Parent { directory, name })
}

/// A name that no other group of this machine has.
fn new_name() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    format!("{PREFIX}{}-{}-{}", namespace(), std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// Removes groups of hosts that were killed, and what workers had started and is still frozen in them.
fn sweep(directory: &Path) {
    let own = format!("{PREFIX}{}-", namespace());
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let host = name.strip_prefix(&own).and_then(|rest| rest.split_once('-'));
        if host.is_some_and(|(pid, _)| pid.parse::<u32>().is_ok() && !Path::new("/proc").join(pid).exists()) {
            super::cgroup::end(entry.path(), Counted::up(&Arc::default()));
        }
    }
}

/// The number of this process's PID namespace; 0 where it cannot be told.
fn namespace() -> u64 {
    let link = fs::read_link("/proc/self/ns/pid").unwrap_or_default();
    let number = link.to_string_lossy().chars().filter(char::is_ascii_digit).collect::<String>();
    number.parse().unwrap_or(0)
}

/// A process's cgroup of version 2, by its name in the hierarchy.
fn own_name(process: &str) -> io::Result<String> {
    let text = fs::read_to_string(format!("/proc/{process}/cgroup"))?;
    let name = text.lines().find_map(|line| line.strip_prefix("0::"));
    name.map(str::to_owned).ok_or_else(|| io::Error::other("there is no cgroup v2"))
}

/// Where the cgroup `name` is, if this line of `mountinfo` mounts it.
fn place(line: &str, name: &str) -> Option<PathBuf> {
    let (mount, kind) = line.split_once(" - ")?;
    if kind.split(' ').next() != Some("cgroup2") {
        return None;
    }
    let mut fields = mount.split(' ').skip(3);
    let (root, at) = (fields.next()?, fields.next()?);
    let below = Path::new(name).strip_prefix(root).ok()?;
    Some(Path::new(&at.replace("\\040", " ")).join(below))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::freeze::cpu_time;
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

    #[test]
    fn groups_of_hosts_that_are_gone_are_swept() {
        let directory = tempfile::tempdir().unwrap();
        let mut child = Command::new("true").spawn().unwrap();
        child.wait().unwrap();
        let (namespace, gone) = (namespace(), child.id());
        let names = [
            format!("headstart-{namespace}-{gone}-1"),
            new_name(),
            format!("headstart-1-{gone}-1"),
            format!("headstart-{namespace}-x-1"),
        ];
        names.iter().for_each(|name| fs::create_dir(directory.path().join(name)).unwrap());
        sweep(directory.path());
        let exists = names.map(|name| directory.path().join(name).exists());
        assert_eq!(exists, [false, true, true, true]);
    }

    #[test]
    fn what_a_killed_host_left_frozen_is_ended() {
        let freezer = Freezer::new();
        let Ok(parent) = freezer.parent() else { return };
        let mut child = spinning();
        let mut host = Command::new("true").spawn().unwrap();
        host.wait().unwrap();
        let left = parent.directory.join(format!("{PREFIX}{}-{}-1", namespace(), host.id()));
        let group = Cgroup::new(child.id(), left.clone(), Counted::up(&Arc::default())).unwrap();
        group.stop(STOP_WITHIN).unwrap();
        std::mem::forget(group);
        sweep(&parent.directory);
        assert!(!child.wait().unwrap().success());
        let begun = Instant::now();
        while left.exists() {
            assert!(begun.elapsed() < Duration::from_secs(5));
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    #[test]
    fn a_cgroup_is_found_from_its_mount() {
        let line = "41 31 0:38 /a /sys/fs/cgroup\\040x rw,relatime - cgroup2 cgroup2 rw";
        assert_eq!(place(line, "/a/b"), Some("/sys/fs/cgroup x/b".into()));
        assert_eq!((place(line, "/b"), place("33 23 0:30 / /sys rw - sysfs sysfs rw", "/")), (None, None));
    }
}
