//! What instances take of the machine's memory beside what is theirs.

use std::fs;

/// Bytes that compressed swap (zram) takes in memory; none where there is no such swap.
#[derive(Debug, Clone, Copy, Default)]
pub struct Compressed(u64);

impl Compressed {
    /// Of all devices that are swapped on.
    pub fn now() -> Self {
        let swaps = fs::read_to_string("/proc/swaps").unwrap_or_default();
        let names = swaps.lines().filter_map(|line| line.split_whitespace().next()?.strip_prefix("/dev/zram"));
        Self(names.filter_map(taken).sum())
    }

    /// How much more it is than it was.
    pub fn since(self, before: Self) -> u64 {
        self.0.saturating_sub(before.0)
    }
}

/// The third field is what it takes (`Documentation/admin-guide/blockdev/zram.rst`).
fn taken(number: &str) -> Option<u64> {
    let text = fs::read_to_string(format!("/sys/block/zram{number}/mm_stat")).ok()?;
    text.split_whitespace().nth(2)?.parse().ok()
}

/// Bytes of a process's page tables; none where it is gone.
pub fn page_tables(pid: u32) -> u64 {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmPTE:"));
    line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()).unwrap_or(0) * 1024
}
