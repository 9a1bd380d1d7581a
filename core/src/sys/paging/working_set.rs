//! What of a process's memory an event needs.

use super::Span;
use super::advice::advise;
use super::mappings::mappings;
use super::touch::touch;
use crate::sys::page_cache::page_size;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::thread;

/// Pages of which one read of `pagemap` tells.
const PAGES_AT_ONCE: usize = 4096;
/// The bit of `pagemap` that says that a page is in memory (`Documentation/admin-guide/mm/pagemap.rst`).
const PRESENT: u64 = 1 << 63;
/// A thread costs as much as bringing this many bytes.
const WORTH_A_THREAD: u64 = 1 << 20;
/// More threads than this wait for each other in the kernel.
const MOST_THREADS: usize = 4;

/// What of a process's memory was in use at one time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkingSet {
    spans: Vec<Span>,
}

impl WorkingSet {
    /// Every page that is in memory now (`/proc/PID/pagemap`).
    ///
    /// Fails where the process is gone or not this user's.
    pub fn of(pid: u32) -> io::Result<Self> {
        let pagemap = File::open(format!("/proc/{pid}/pagemap"))?;
        let mut spans = Vec::new();
        for mapping in mappings(pid)? {
            add_present(&pagemap, mapping.span, &mut spans)?;
        }
        Ok(Self { spans })
    }

    /// Has the kernel bring it back and map it, on several threads where it is large; gives the bytes that are back. What is
    /// not mapped any more is left out.
    ///
    /// Fails where the process is gone, or where this one may not read its memory.
    pub fn bring(&self, pid: u32) -> io::Result<u64> {
        let threads = thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS) as u64;
        let share = (self.bytes() / threads).max(WORTH_A_THREAD);
        thread::scope(|scope| {
            let work: Vec<_> =
                shares(&self.spans, share).into_iter().map(|spans| scope.spawn(move || bring(pid, &spans))).collect();
            work.into_iter().map(|it| it.join().unwrap_or_else(|_| Err(io::Error::other("a thread panicked")))).sum()
        })
    }

    /// Its size in bytes.
    pub fn bytes(&self) -> u64 {
        self.spans.iter().map(length).sum()
    }
}

fn length(span: &Span) -> u64 {
    span.end - span.start
}

/// Reads ahead what is on disk or in swap, and then maps page by page.
fn bring(pid: u32, spans: &[Span]) -> io::Result<u64> {
    // Without the right to give advice the pages come one by one.
    let _ = advise(pid, spans, libc::MADV_WILLNEED);
    touch(pid, spans)
}

/// The spans in shares of about `size` bytes.
fn shares(spans: &[Span], size: u64) -> Vec<Vec<Span>> {
    let mut shares = vec![Vec::new()];
    let mut filled = 0;
    for span in spans {
        let mut left = span.clone();
        while !left.is_empty() {
            if filled >= size {
                shares.push(Vec::new());
                filled = 0;
            }
            let end = left.end.min(left.start + (size - filled).next_multiple_of(page_size() as u64));
            filled += end - left.start;
            if let Some(share) = shares.last_mut() {
                share.push(left.start..end);
            }
            left.start = end;
        }
    }
    shares
}

/// The pages of a mapping that are in memory, as spans that do not touch each other.
fn add_present(pagemap: &File, mapping: Span, spans: &mut Vec<Span>) -> io::Result<()> {
    let page = page_size() as u64;
    let mut bytes = vec![0; PAGES_AT_ONCE * 8];
    let mut at = mapping.start;
    while at < mapping.end {
        let pages = usize::try_from((mapping.end - at) / page).unwrap_or(PAGES_AT_ONCE).min(PAGES_AT_ONCE);
        pagemap.read_exact_at(&mut bytes[..pages * 8], at / page * 8)?;
        for entry in bytes[..pages * 8].as_chunks::<8>().0 {
            if u64::from_ne_bytes(*entry) & PRESENT != 0 {
                match spans.last_mut().filter(|last| last.end == at) {
                    Some(last) => last.end += page,
                    None => spans.push(at..at + page),
                }
            }
            at += page;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_hold_everything_once() {
        let page = page_size() as u64;
        let spans = [0..3 * page, 10 * page..11 * page, 20 * page..40 * page];
        let shares = shares(&spans, 8 * page);
        assert_eq!(shares.iter().map(Vec::len).collect::<Vec<_>>(), [3, 1, 1]);
        assert_eq!(shares.concat().iter().map(length).sum::<u64>(), 24 * page);
        assert_eq!(shares[0][2].end, shares[1][0].start);
        assert_eq!(super::shares(&[], page), [Vec::<Span>::new()]);
    }
}
