//! Turns at computing a value, among processes.

use super::super::key::KeyHash;
use super::super::store::Turn;
use crate::sys::range_lock;
use std::fs::File;
use std::io;
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How often a lock is tried for: first, and at most.
const FIRST_TRY: Duration = Duration::from_micros(500);
const LAST_TRY: Duration = Duration::from_millis(20);

/// A byte of the lock file that is this process's.
#[derive(Debug)]
struct Locked {
    file: Arc<File>,
    offset: u64,
}

impl Turn for Locked {}

impl Drop for Locked {
    fn drop(&mut self) {
        // It ends with the process at the latest.
        let _ = range_lock::unlock(&self.file, self.offset);
    }
}

/// The turn, at once or when whoever has it lets go of it or is killed.
pub(super) fn turn(file: &Arc<File>, key: &KeyHash, within: Duration) -> io::Result<Option<Box<dyn Turn>>> {
    let (offset, begun, mut pause) = (key.offset(), Instant::now(), FIRST_TRY);
    while !range_lock::try_lock(file, offset)? {
        let left = within.saturating_sub(begun.elapsed());
        if left.is_zero() {
            return Ok(None);
        }
        sleep(pause.min(left));
        pause = (pause * 2).min(LAST_TRY);
    }
    Ok(Some(Box::new(Locked { file: Arc::clone(file), offset })))
}
