//! Paging out.

use super::Span;
use super::advice::{Unable, advise, why_unable};
use super::mappings::mappings;
use std::fs;
use std::io;

/// What paging out came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PagedOut {
    /// How many bytes of address space the kernel was asked to page out.
    pub bytes: u64,
    /// Why not all of its memory was: without swap only the pages of files go.
    pub kept: Option<Unable>,
}

impl PagedOut {
    const fn nothing(why: Unable) -> Self {
        Self { bytes: 0, kept: Some(why) }
    }
}

/// Has the kernel page out a process's memory; pages that others map too stay.
///
/// Fails where the process is gone or not this user's.
pub fn page_out(pid: u32) -> io::Result<PagedOut> {
    let has_swap = has_swap();
    let all = mappings(pid)?;
    let spans: Vec<Span> = all.into_iter().filter(|it| has_swap || it.is_file).map(|it| it.span).collect();
    match advise(pid, &spans, libc::MADV_PAGEOUT) {
        Ok(bytes) => Ok(PagedOut { bytes, kept: (!has_swap).then_some(Unable::NoSwap) }),
        Err(error) => why_unable(&error).map(PagedOut::nothing).ok_or(error),
    }
}

fn has_swap() -> bool {
    // The first line is a heading.
    fs::read_to_string("/proc/swaps").is_ok_and(|text| text.lines().nth(1).is_some())
}

#[cfg(test)]
mod tests {
    use super::super::WorkingSet;
    use super::*;
    use crate::sys::memory::Memory;
    use crate::sys::page_cache::page_size;
    use std::process::{Child, Command};
    use std::thread::sleep;
    use std::time::Duration;

    struct Killed(Child);

    impl Drop for Killed {
        fn drop(&mut self) {
            self.0.kill().unwrap();
            self.0.wait().unwrap();
        }
    }

    #[test]
    #[expect(clippy::print_stdout, reason = "a test that is skipped says so")]
    fn what_a_process_has_goes_and_comes_back() {
        // A program of its own: what another process has mapped too stays.
        let directory = tempfile::tempdir().unwrap();
        let program = directory.path().join("sleep");
        std::fs::copy("/bin/sleep", &program).unwrap();
        // What is not on disk yet stays too.
        std::fs::File::open(&program).unwrap().sync_all().unwrap();
        let child = Killed(Command::new(program).arg("60").spawn().unwrap());
        let pid = child.0.id();
        sleep(Duration::from_millis(100));
        let set = WorkingSet::of(pid).unwrap();
        let rss = || Memory::of(pid).unwrap().rss;
        let before = rss();
        assert!(set.bytes() > 0 && set.bytes() <= before + 64 * page_size() as u64, "{} of {before}", set.bytes());
        let paged_out = page_out(pid).unwrap();
        match paged_out.kept {
            None => assert!(paged_out.bytes >= set.bytes()),
            Some(Unable::NoSwap) => assert!(paged_out.bytes > 0),
            Some(why) => return println!("skipped: paging out: {why}"),
        }
        let without = rss();
        assert!(without < before, "{without} of {before}");
        match set.bring(pid) {
            Ok(bytes) => assert!(bytes > 0 && rss() > without, "{bytes}: {} after {without} of {before}", rss()),
            Err(error) => println!("skipped: bringing pages: {error}"),
        }
    }

    #[test]
    fn a_process_that_is_gone_is_told() {
        let mut child = Command::new("true").spawn().unwrap();
        child.wait().unwrap();
        assert!(page_out(child.id()).is_err());
        assert!(WorkingSet::of(child.id()).is_err());
    }
}
