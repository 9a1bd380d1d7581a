//! Advice about the memory of another process.

use super::Span;
use crate::sys::process;
use std::fmt;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};

/// How many ranges one call takes (`IOV_MAX`).
pub(super) const MOST_RANGES: usize = 1024;

/// Why not everything can be paged out on this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unable {
    /// There is no swap.
    NoSwap,
    /// This process may not advise on the memory of others.
    NotPermitted,
    /// The kernel does not know the call (before Linux 5.10).
    NotSupported,
}

impl fmt::Display for Unable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Unable::NoSwap => "there is no swap",
            Unable::NotPermitted => "process_madvise needs CAP_SYS_NICE",
            Unable::NotSupported => "the kernel has no process_madvise",
        })
    }
}

pub(super) fn why_unable(error: &io::Error) -> Option<Unable> {
    match error.raw_os_error() {
        Some(libc::EPERM) => Some(Unable::NotPermitted),
        Some(libc::ENOSYS) => Some(Unable::NotSupported),
        _ => None,
    }
}

/// Gives one piece of advice on many spans. Those that the kernel refuses, locked memory for example, are left out.
pub(super) fn advise(pid: u32, spans: &[Span], advice: i32) -> io::Result<u64> {
    let process = process::watch(pid)?;
    let mut total = 0;
    for spans in spans.chunks(MOST_RANGES) {
        let mut left = spans;
        while !left.is_empty() {
            let done = match call(&process, left, advice) {
                Ok(bytes) => bytes,
                Err(error) if why_unable(&error).is_some() => return Err(error),
                Err(error) if error.raw_os_error() == Some(libc::ESRCH) => return Err(error),
                Err(_) => 0,
            };
            total += done;
            left = after(left, done);
        }
    }
    Ok(total)
}

/// The spans behind the first `done` bytes, and behind the one that was refused there.
fn after(spans: &[Span], mut done: u64) -> &[Span] {
    for (at, span) in spans.iter().enumerate() {
        let length = span.end - span.start;
        if done < length {
            return &spans[at + 1..];
        }
        done -= length;
    }
    &[]
}

fn call(process: &OwnedFd, spans: &[Span], advice: i32) -> io::Result<u64> {
    let word = |number: u64| usize::try_from(number).map_err(io::Error::other);
    let mut vectors = Vec::with_capacity(spans.len());
    for span in spans {
        let base = std::ptr::without_provenance_mut(word(span.start)?);
        vectors.push(libc::iovec { iov_base: base, iov_len: word(span.end - span.start)? });
    }
    let process = process.as_raw_fd();
    // SAFETY: the vectors are valid for their number, which is all that the kernel reads of this process; the addresses
    // in them are another process's, and neither advice changes what that process reads there.
    let done = unsafe { libc::syscall(libc::SYS_process_madvise, process, vectors.as_ptr(), vectors.len(), advice, 0) };
    u64::try_from(done).map_err(|_| io::Error::last_os_error())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_refused_is_left_out() {
        let spans = [0..10, 20..30, 40..50];
        assert_eq!(after(&spans, 0), &spans[1..]);
        assert_eq!(after(&spans, 10), &spans[2..]);
        assert_eq!(after(&spans, 15), &spans[2..]);
        assert!(after(&spans, 30).is_empty());
    }
}
