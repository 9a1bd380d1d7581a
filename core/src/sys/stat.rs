//! What the kernel says of a process in `/proc/PID/stat`.

use std::fs;
use std::io;

/// A process, as its `stat` file tells of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stat {
    pub(super) pid: u32,
    state: char,
    pub(super) parent: u32,
    pub(super) group: u32,
    pub(super) session: u32,
}

impl Stat {
    /// Fails where there is no such process.
    pub(super) fn of(pid: u32) -> io::Result<Self> {
        let text = fs::read_to_string(format!("/proc/{pid}/stat"))?;
        Self::parse(&text).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "not what a stat file holds"))
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        // The program's name stands in parentheses and may hold anything.
        let (before, after) = text.rsplit_once(')')?;
        let pid = before.split_whitespace().next()?.parse().ok()?;
        let mut fields = after.split_whitespace();
        let state = fields.next()?.chars().next()?;
        let mut number = || fields.next()?.parse().ok();
        Some(Self { pid, state, parent: number()?, group: number()?, session: number()? })
    }

    /// Whether it has ended and only waits to be reaped.
    pub(super) fn has_ended(&self) -> bool {
        matches!(self.state, 'Z' | 'X')
    }

    /// Whether it is stopped, by a signal or by who traces it.
    pub(super) fn is_stopped(&self) -> bool {
        matches!(self.state, 'T' | 't')
    }

    /// Whether a signal to the group of `leader` reaches it.
    pub(super) fn is_in_group_of(&self, leader: u32) -> bool {
        self.group == leader
    }
}

/// All processes, as they are now.
pub(super) fn all() -> io::Result<Vec<Stat>> {
    let mut all = Vec::new();
    for entry in fs::read_dir("/proc")? {
        let Ok(entry) = entry else { continue };
        if entry.file_name().as_encoded_bytes().first().is_some_and(u8::is_ascii_digit) {
            // What ends meanwhile is not there to be read.
            all.extend(fs::read_to_string(entry.path().join("stat")).ok().as_deref().and_then(Stat::parse));
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stat_file_is_read_whatever_the_program_is_called() {
        let found = Stat::parse("12 (a) Z (b) S 3 12 11 0 -1").unwrap();
        assert_eq!(found, Stat { pid: 12, state: 'S', parent: 3, group: 12, session: 11 });
        assert!(Stat::parse("12 (a").is_none() && Stat::parse("12 (a) S 3").is_none());
    }
}
