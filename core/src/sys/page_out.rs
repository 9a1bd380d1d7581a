//! Paging out the memory of another process, and bringing back what it needs: `process_madvise(2)`.
//!
//! It takes `CAP_SYS_NICE`, and for pages that are no file's it takes swap; zram is best.

use super::page_cache::page_size;
use std::fmt;
use std::fs::{self, File};
use std::io;
use std::ops::Range;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::fs::FileExt;

/// How many ranges one call takes (`IOV_MAX`).
const MOST_RANGES: usize = 1024;
/// Pages of which one read of `pagemap` tells.
const PAGES_AT_ONCE: usize = 4096;
/// The bit of `pagemap` that says that a page is in memory (`Documentation/admin-guide/mm/pagemap.rst`).
const PRESENT: u64 = 1 << 63;

/// Why nothing can be paged out on this machine.
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

/// Addresses of another process.
type Span = Range<u64>;

/// Has the kernel page out a process's memory; pages that others map too stay. Gives the bytes it was asked for.
pub fn page_out(pid: u32) -> io::Result<Result<u64, Unable>> {
    if !has_swap() {
        return Ok(Err(Unable::NoSwap));
    }
    match advise(pid, &mappings(pid)?, libc::MADV_PAGEOUT) {
        Ok(bytes) => Ok(Ok(bytes)),
        Err(error) => why_unable(&error).map(Err).ok_or(error),
    }
}

fn why_unable(error: &io::Error) -> Option<Unable> {
    match error.raw_os_error() {
        Some(libc::EPERM) => Some(Unable::NotPermitted),
        Some(libc::ENOSYS) => Some(Unable::NotSupported),
        _ => None,
    }
}

fn has_swap() -> bool {
    // The first line is a heading.
    fs::read_to_string("/proc/swaps").is_ok_and(|text| text.lines().nth(1).is_some())
}

/// What of a process's memory was in use at one time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkingSet {
    spans: Vec<Span>,
}

impl WorkingSet {
    /// Every page that is in memory now (`/proc/PID/pagemap`).
    pub fn of(pid: u32) -> io::Result<Self> {
        let pagemap = File::open(format!("/proc/{pid}/pagemap"))?;
        let mut spans = Vec::new();
        for mapping in mappings(pid)? {
            add_present(&pagemap, mapping, &mut spans)?;
        }
        Ok(Self { spans })
    }

    /// Has the kernel bring it back, without waiting for it. What is not mapped any more is left out.
    pub fn bring(&self, pid: u32) -> io::Result<u64> {
        advise(pid, &self.spans, libc::MADV_WILLNEED)
    }

    /// Its size in bytes.
    pub fn bytes(&self) -> u64 {
        self.spans.iter().map(|span| span.end - span.start).sum()
    }
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

/// The memory that a process can use; not what the kernel maps there by itself.
fn mappings(pid: u32) -> io::Result<Vec<Span>> {
    let text = fs::read_to_string(format!("/proc/{pid}/maps"))?;
    Ok(text.lines().filter_map(mapping).collect())
}

fn mapping(line: &str) -> Option<Span> {
    let mut fields = line.split_whitespace();
    let (start, end) = fields.next()?.split_once('-')?;
    let is_usable = !fields.next()?.starts_with("---");
    let is_kernels = fields.nth(3).is_some_and(|name| name.starts_with("[v"));
    let number = |text| u64::from_str_radix(text, 16).ok();
    (is_usable && !is_kernels).then_some(number(start)?..number(end)?)
}

/// Gives one piece of advice on many spans. Those that the kernel refuses, locked memory for example, are left out.
fn advise(pid: u32, spans: &[Span], advice: i32) -> io::Result<u64> {
    let process = super::process::watch(pid)?;
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
    fn mappings_are_told_apart() {
        let line = "7f00-8f00 rw-p 00000000 00:00 0 ";
        assert_eq!(mapping(line), Some(0x7f00..0x8f00));
        assert_eq!(mapping("1000-2000 r-xp 00000000 08:01 12 /usr/lib/[vdso].so"), Some(0x1000..0x2000));
        assert_eq!(mapping("1000-2000 r-xp 00000000 00:00 0 [vdso]"), None);
        assert_eq!(mapping("1000-2000 ---p 00000000 00:00 0 "), None);
    }

    #[test]
    fn what_was_refused_is_left_out() {
        let spans = [0..10, 20..30, 40..50];
        assert_eq!(after(&spans, 0), &spans[1..]);
        assert_eq!(after(&spans, 10), &spans[2..]);
        assert_eq!(after(&spans, 15), &spans[2..]);
        assert!(after(&spans, 30).is_empty());
    }

    #[test]
    #[expect(clippy::print_stdout, reason = "a test that is skipped says so")]
    fn the_working_set_of_a_process_is_found_and_brought() {
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(100));
        let set = WorkingSet::of(child.id()).unwrap();
        let rss = super::super::memory::Memory::of(child.id()).unwrap().rss;
        assert!(set.bytes() > 0 && set.bytes() <= rss + 64 * page_size() as u64, "{} of {rss}", set.bytes());
        match set.bring(child.id()) {
            Ok(bytes) => assert!(bytes > 0),
            Err(error) => println!("skipped: bringing pages: {error}"),
        }
        match page_out(child.id()).unwrap() {
            Ok(bytes) => assert!(bytes >= set.bytes()),
            Err(why) => println!("skipped: paging out: {why}"),
        }
        // Without swap the pages of files alone go.
        match advise(child.id(), &mappings(child.id()).unwrap(), libc::MADV_PAGEOUT) {
            Ok(bytes) => assert!(bytes >= set.bytes()),
            Err(error) => println!("skipped: asking to page out: {error}"),
        }
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(page_out(child.id()).is_err() || !has_swap());
        assert!(set.bring(child.id()).is_err());
    }
}
