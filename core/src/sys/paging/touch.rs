//! Mapping pages of another process by reading a byte of each (`process_vm_readv(2)`).

use super::Span;
use super::advice::MOST_RANGES;
use crate::sys::page_cache::page_size;
use std::io;

/// Gives the bytes of the pages that are mapped now; what cannot be read is left out.
pub(super) fn touch(pid: u32, spans: &[Span]) -> io::Result<u64> {
    let page = page_size() as u64;
    let pages: Vec<u64> = spans.iter().flat_map(|span| span.clone().step_by(page_size())).collect();
    let mut mapped = 0;
    for pages in pages.chunks(MOST_RANGES) {
        let mut left = pages;
        while !left.is_empty() {
            let read = match read_a_byte_of_each(pid, left) {
                Ok(read) => read,
                Err(error) if error.raw_os_error() == Some(libc::EFAULT) => 0,
                Err(error) => return Err(error),
            };
            mapped += read as u64;
            // The page behind those that were read is the one that could not be.
            left = left.get(read + 1..).unwrap_or_default();
        }
    }
    Ok(mapped * page)
}

fn read_a_byte_of_each(pid: u32, pages: &[u64]) -> io::Result<usize> {
    let mut bytes = [0_u8; MOST_RANGES];
    let near = libc::iovec { iov_base: bytes.as_mut_ptr().cast(), iov_len: pages.len().min(bytes.len()) };
    let address = |page: &u64| usize::try_from(*page).map(std::ptr::without_provenance_mut).map_err(io::Error::other);
    let far: io::Result<Vec<_>> =
        pages.iter().map(|page| Ok(libc::iovec { iov_base: address(page)?, iov_len: 1 })).collect();
    let far = far?;
    let pid = libc::pid_t::try_from(pid).map_err(io::Error::other)?;
    // SAFETY: the near vector is of `bytes`, which lives through the call and has as many bytes as there are far
    // ones at most; the far addresses are another process's, and are only read.
    let read = unsafe { libc::process_vm_readv(pid, &raw const near, 1, far.as_ptr(), far.len() as libc::c_ulong, 0) };
    usize::try_from(read).map_err(|_| io::Error::last_os_error())
}
