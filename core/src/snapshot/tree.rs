//! What CRIU's images say of the process, and the same with another process number.
//!
//! A restored process gets a number that the dumped one did not have: what notices a fork by its number (OpenSSL's
//! generators, `tempfile`, pools of connections) then notices the restore too.
//!
//! ```text
//! pstree.img   magic, magic, length, message: 1 pid, 2 ppid, 3 pgid, 4 sid, 5 threads
//! core-P.img   magic, magic, length, message: 2 or 8 (by architecture) registers { 1 address of the thread's number }
//! ```

use super::wire::{Value, fields, message};
use std::io;
use std::path::Path;

const PID: u64 = 1;
const PARENT: u64 = 2;
const THREADS: u64 = 5;
/// `thread_info` of x86 and `ti_aarch64` in CRIU's `core.proto`; the first field of both is the address.
const REGISTERS: [u64; 2] = [2, 8];
const ADDRESS: u64 = 1;

/// Two magic numbers and the length of what follows.
const HEADER: usize = 12;

/// The process of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tree {
    header: [u8; 8],
    /// The fields of its one entry.
    entry: Vec<(u64, u64)>,
}

impl Tree {
    /// Reads the images of one process in `directory`.
    pub(super) fn read(directory: &Path) -> io::Result<Self> {
        Self::parse(&std::fs::read(directory.join("pstree.img"))?).ok_or_else(|| damaged("pstree.img"))
    }

    /// `None` where it is damaged, or tells of more than one process.
    fn parse(file: &[u8]) -> Option<Self> {
        let (header, entry) = entry(file)?;
        let number = |(field, value)| match value {
            Value::Number(number) => Some((field, number)),
            _ => None,
        };
        let entry: Vec<_> = fields(entry)?.into_iter().map(number).collect::<Option<_>>()?;
        let tree = Self { header, entry };
        (tree.pid() > 1).then_some(tree)
    }

    /// The number of the process.
    pub(super) fn pid(&self) -> u64 {
        self.entry.iter().find(|(field, _)| *field == PID).map_or(0, |(_, pid)| *pid)
    }

    /// The numbers of its threads.
    pub(super) fn threads(&self) -> impl Iterator<Item = u64> {
        self.entry.iter().filter(|(field, _)| *field == THREADS).map(|(_, number)| *number)
    }

    /// `pstree.img` with another number for the process, and for its group, session and first thread, which have it too.
    pub(super) fn with_pid(&self, pid: u64) -> Vec<u8> {
        let (old, renamed) = (self.pid(), |number| if number == self.pid() { pid } else { number });
        debug_assert!(old != pid);
        let entry: Vec<_> = self
            .entry
            .iter()
            .map(|(field, number)| (*field, Value::Number(if *field == PARENT { *number } else { renamed(*number) })))
            .collect();
        let entry = message(&entry);
        let length = u32::try_from(entry.len()).unwrap_or_default().to_le_bytes();
        [&self.header[..], &length, &entry].concat()
    }
}

/// The address where the C library keeps the number of the first thread, as the kernel was told by `set_tid_address`.
pub(super) fn number_address(directory: &Path, pid: u64) -> io::Result<u64> {
    let name = format!("core-{pid}.img");
    let file = std::fs::read(directory.join(&name))?;
    let address = || {
        let (_, entry) = entry(&file)?;
        let registers = fields(entry)?.into_iter().find_map(|(field, value)| match value {
            Value::Bytes(registers) if REGISTERS.contains(&field) => Some(registers),
            _ => None,
        })?;
        fields(registers)?.into_iter().find_map(|(field, value)| match value {
            Value::Number(address) if field == ADDRESS => Some(address),
            _ => None,
        })
    };
    address().ok_or_else(|| damaged(&name))
}

/// The magic and the only entry of an image.
fn entry(file: &[u8]) -> Option<([u8; 8], &[u8])> {
    let (header, entry) = file.split_at_checked(HEADER)?;
    let length = u32::from_le_bytes(header[8..].try_into().ok()?);
    (entry.len() == length as usize).then_some((header[..8].try_into().ok()?, entry))
}

fn damaged(name: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("{name} is damaged, or tells of more than one process"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(pid: u64) -> Vec<u8> {
        let numbers = [(PID, pid), (PARENT, 0), (3, pid), (4, pid), (THREADS, pid), (THREADS, 4711)];
        let entry = message(&numbers.map(|(field, number)| (field, Value::Number(number))));
        [b"magicmag", &u32::try_from(entry.len()).unwrap().to_le_bytes()[..], &entry].concat()
    }

    #[test]
    fn a_process_gets_another_number() {
        let tree = Tree::parse(&image(77)).unwrap();
        assert_eq!((tree.pid(), tree.threads().collect::<Vec<_>>()), (77, vec![77, 4711]));
        assert_eq!(tree.with_pid(100_000), image(100_000));
    }

    #[test]
    fn a_damaged_image_is_refused() {
        let whole = image(77);
        for cut in 0..whole.len() {
            assert_eq!(Tree::parse(&whole[..cut]), None);
        }
        let twice = [&whole[..], &whole[8..]].concat();
        assert_eq!(Tree::parse(&twice), None);
    }
}
