//! What a process and all that it started have in memory.

use crate::shell::Outcome;
use headstart::sys::{memory::Memory, process};
use std::collections::HashMap;

/// Proportional bytes of a process and everything below it, and how many they are.
pub(crate) fn memory(root: u32) -> Outcome<(u64, usize)> {
    let mut below: HashMap<u32, Vec<u32>> = HashMap::new();
    for entry in std::fs::read_dir("/proc").map_err(|error| error.to_string())?.flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|it| it.parse().ok()) else { continue };
        if let Ok(parent) = process::parent(pid) {
            below.entry(parent).or_default().push(pid);
        }
    }
    let (mut bytes, mut count, mut left) = (0, 0, vec![root]);
    while let Some(pid) = left.pop() {
        // One that has ended meanwhile has nothing.
        bytes += Memory::of(pid).map_or(0, |held| held.pss);
        count += 1;
        left.extend(below.remove(&pid).unwrap_or_default());
    }
    Ok((bytes, count))
}
