//! Where groups are made: below this process's own cgroup.

use super::cgroup::{self, Counted};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What the names of groups begin with. The number of the PID namespace, that of this process in it, and one for the
/// group follow, joined by dashes.
const PREFIX: &str = "headstart-";

/// This process's own cgroup.
#[derive(Debug)]
pub(super) struct Parent {
    pub(super) directory: PathBuf,
    /// Its name in the hierarchy.
    pub(super) name: String,
}

/// Finds this process's own cgroup, and sees whether groups can be made below it and processes be moved there.
pub(super) fn find() -> Result<Parent, String> {
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
pub(super) fn new_name() -> String {
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
            cgroup::end(entry.path(), Counted::up(&Arc::default()));
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
pub(super) fn own_name(process: &str) -> io::Result<String> {
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
    // After the numbers of mount, parent and device: proc_pid_mountinfo(5).
    let mut fields = mount.split(' ').skip(3);
    let (root, at) = (fields.next()?, fields.next()?);
    let below = Path::new(name).strip_prefix(root).ok()?;
    Some(Path::new(&at.replace("\\040", " ")).join(below))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::freeze::cgroup::Cgroup;
    use std::process::Command;
    use std::time::{Duration, Instant};

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
        for name in &names {
            fs::create_dir(directory.path().join(name)).unwrap();
        }
        sweep(directory.path());
        let exists = names.map(|name| directory.path().join(name).exists());
        assert_eq!(exists, [false, true, true, true]);
    }

    #[test]
    fn what_a_killed_host_left_frozen_is_ended() {
        let Ok(parent) = find() else { return };
        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        let mut host = Command::new("true").spawn().unwrap();
        host.wait().unwrap();
        let left = parent.directory.join(format!("{PREFIX}{}-{}-1", namespace(), host.id()));
        let group = Cgroup::new(child.id(), left.clone(), Counted::up(&Arc::default())).unwrap();
        group.stop(Duration::from_secs(2)).unwrap();
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
