//! What a process and all that it started have in memory.

use crate::shell::Outcome;
use std::collections::HashMap;
use std::path::Path;

/// Proportional bytes of a process and everything below it, and how many they are.
pub(crate) fn memory(root: u32) -> Outcome<(u64, usize)> {
    let mut below: HashMap<u32, Vec<u32>> = HashMap::new();
    for entry in std::fs::read_dir("/proc").map_err(|error| error.to_string())?.flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|it| it.parse().ok()) else { continue };
        if let Some(parent) = parent(&entry.path()) {
            below.entry(parent).or_default().push(pid);
        }
    }
    let (mut bytes, mut count, mut left) = (0, 0, vec![root]);
    while let Some(pid) = left.pop() {
        // One that has ended meanwhile has nothing.
        bytes += proportional(pid).unwrap_or(0);
        count += 1;
        left.extend(below.remove(&pid).unwrap_or_default());
    }
    Ok((bytes, count))
}

fn parent(process: &Path) -> Option<u32> {
    let text = std::fs::read_to_string(process.join("stat")).ok()?;
    // The name before it may hold anything.
    text.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

fn proportional(pid: u32) -> Option<u64> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok().map(|kibibytes| kibibytes << 10)
}
