//! What a host may leave behind in this process and on this machine.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

/// How many descriptors are open.
pub(crate) fn descriptors() -> usize {
    fs::read_dir("/proc/self/fd").expect("descriptors").count()
}

/// Processes that this one has started.
pub(crate) fn children() -> Vec<u32> {
    let threads = fs::read_dir("/proc/self/task").expect("threads").flatten();
    let texts = threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    texts.flat_map(|text| text.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<_>>()).collect()
}

/// How many processes have this text among their arguments, as a worker has the path of its launcher.
pub(crate) fn started_with(text: &str) -> usize {
    let processes = fs::read_dir("/proc").expect("processes").flatten();
    let lines = processes.filter_map(|process| fs::read(process.path().join("cmdline")).ok());
    lines.filter(|line| String::from_utf8_lossy(line).contains(text)).count()
}

/// How many cgroups this process has made.
pub(crate) fn cgroups() -> usize {
    let own = format!("-{}-", std::process::id());
    let mounts = fs::read_to_string("/proc/self/mountinfo").expect("mounts");
    let unified = mounts.lines().find(|line| line.contains(" - cgroup2 ")).and_then(|line| line.split(' ').nth(4));
    unified.map_or(0, |at| groups_below(at.as_ref(), &own))
}

fn groups_below(directory: &Path, own: &str) -> usize {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let directories = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    directories
        .map(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            usize::from(name.starts_with("headstart-") && name.contains(own)) + groups_below(&entry.path(), own)
        })
        .sum()
}

/// How many directories this process has in the memory file systems that all share.
pub(crate) fn in_memory() -> usize {
    let own = format!("-{}-", std::process::id());
    let entries =
        ["/run", "/dev/shm"].into_iter().flat_map(|place| fs::read_dir(place).into_iter().flatten().flatten());
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter(|name| name.starts_with(".headstart-") && name.contains(&own)).count()
}

/// What `count` finds when it is as it should be, or after that time.
pub(crate) async fn settled<T>(count: impl Fn() -> T, within: Duration, is_right: impl Fn(&T) -> bool) -> T {
    let begun = Instant::now();
    loop {
        let found = count();
        if is_right(&found) || begun.elapsed() > within {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
