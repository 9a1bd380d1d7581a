//! What a process holds in memory.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::PathBuf;

/// Memory of one process, in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Memory {
    /// Resident: every page it maps that is in memory, shared ones in full.
    pub rss: u64,
    /// Proportional: shared pages divided by how many share them.
    pub pss: u64,
    /// Pages that it has written to and that are its alone: what another such process would cost. Unwritten
    /// pages of files are left out, since whether they count as private changes with what else is running.
    pub private: u64,
    /// Pages that are swapped out.
    pub swap: u64,
}

impl Memory {
    /// Reads it from `/proc/PID/smaps_rollup`; fails where the process is gone or not this user's.
    pub fn of(pid: u32) -> io::Result<Self> {
        Ok(Self::parse(&fs::read_to_string(format!("/proc/{pid}/smaps_rollup"))?))
    }

    fn parse(text: &str) -> Self {
        let bytes = |name: &str| -> u64 {
            let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
            line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok()).unwrap_or(0) * 1024
        };
        Self { rss: bytes("Rss"), pss: bytes("Pss"), private: bytes("Private_Dirty"), swap: bytes("Swap") }
    }
}

/// The files whose code a process has mapped; fails where the process is gone or not this user's.
pub fn mapped_files(pid: u32) -> io::Result<BTreeSet<PathBuf>> {
    let text = fs::read_to_string(format!("/proc/{pid}/maps"))?;
    let file = |line: &str| {
        let path = line.find('/').map(|at| &line[at..])?;
        let access = line.split_whitespace().nth(1)?;
        access.contains('x').then(|| PathBuf::from(path))
    };
    Ok(text.lines().filter_map(file).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_this_process() {
        let memory = Memory::of(std::process::id()).unwrap();
        assert!(memory.rss >= memory.pss && memory.pss >= memory.private && memory.private > 0, "{memory:?}");
    }

    #[test]
    fn code_of_this_process_is_mapped() {
        let files = mapped_files(std::process::id()).unwrap();
        assert!(files.contains(&std::env::current_exe().unwrap()), "{files:?}");
    }

    #[test]
    fn lines_are_told_apart() {
        let text = "Rss:      8 kB\nPss:      5 kB\nPss_Dirty: 1 kB\nPrivate_Clean: 2 kB\nPrivate_Dirty: 1 kB\nSwap: 4 kB\nSwapPss: 1 kB\n";
        assert_eq!(Memory::parse(text), Memory { rss: 8192, pss: 5120, private: 1024, swap: 4096 });
    }
}
