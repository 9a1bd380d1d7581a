//! Files in memory: what of a file is there, bringing it in, dropping it. On other systems than Linux nothing is known,
//! and nothing is brought.

use std::fs::File;
use std::io;

/// Which pages of a file are in memory (`mincore(2)`).
///
/// Of a file that is not this user's and that it may not write to, the kernel says so of every page. Fails where the
/// file cannot be mapped, and on other systems.
#[cfg(target_os = "linux")]
pub fn resident(file: &File) -> io::Result<Vec<bool>> {
    use rustix::mm::{MapFlags, ProtFlags, mmap, munmap};
    let size = usize::try_from(file.metadata()?.len()).map_err(io::Error::other)?;
    if size == 0 {
        return Ok(Vec::new());
    }
    let mut pages = vec![0_u8; size.div_ceil(page_size())];
    // SAFETY: a new mapping, at an address of the kernel's choice; nothing reads what it maps.
    let address = unsafe { mmap(std::ptr::null_mut(), size, ProtFlags::empty(), MapFlags::SHARED, file, 0)? };
    // SAFETY: the address is that of the mapping, and the vector has a byte for each of its pages.
    let told = unsafe { libc::mincore(address, size, pages.as_mut_ptr().cast()) };
    let error = io::Error::last_os_error();
    // SAFETY: the mapping is ours and nothing refers to it.
    unsafe { munmap(address, size)? };
    if told == 0 { Ok(pages.into_iter().map(|page| page & 1 == 1).collect()) } else { Err(error) }
}

/// Nothing is known.
#[cfg(not(target_os = "linux"))]
pub fn resident(_: &File) -> io::Result<Vec<bool>> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Whether the byte at `offset` can be read without waiting for a disk; `true` where that is not known.
pub fn is_at_hand(file: &File, offset: u64) -> bool {
    #[cfg(target_os = "linux")]
    {
        use rustix::io::{Errno, ReadWriteFlags, preadv2};
        let mut byte = [0];
        let read = preadv2(file, &mut [io::IoSliceMut::new(&mut byte)], offset, ReadWriteFlags::NOWAIT);
        read != Err(Errno::AGAIN)
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = (file, offset);
        true
    }
}

/// Has the kernel read a part of a file, without waiting for it.
pub fn bring(file: &File, offset: u64, bytes: u64) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    rustix::fs::fadvise(file, offset, std::num::NonZero::new(bytes), rustix::fs::Advice::WillNeed)?;
    let _ = (file, offset, bytes);
    Ok(())
}

/// Has the kernel forget what it holds of a file, as far as nobody has it mapped and it is on disk.
pub fn forget(file: &File) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    rustix::fs::fadvise(file, 0, None, rustix::fs::Advice::DontNeed)?;
    let _ = file;
    Ok(())
}

/// Bytes of a page.
pub fn page_size() -> usize {
    rustix::param::page_size()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_forgotten_and_brought_again() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        std::fs::write(&path, vec![1; 10 * page_size() + 1]).unwrap();
        let file = File::open(&path).unwrap();
        file.sync_data().unwrap();
        assert_eq!(resident(&file).unwrap(), vec![true; 11]);
        assert!(is_at_hand(&file, 0));
        forget(&file).unwrap();
        if resident(&file).unwrap().contains(&true) {
            // A file system that is in memory anyway.
            return;
        }
        assert!(!is_at_hand(&file, 0));
        bring(&file, 0, 4 * page_size() as u64).unwrap();
        let is_there = || resident(&file).unwrap()[..4] == [true; 4];
        assert!((0..500).any(|_| is_there() || {
            std::thread::sleep(std::time::Duration::from_millis(10));
            false
        }));
    }

    #[test]
    fn of_an_empty_file_nothing_is_there() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        std::fs::write(&path, "").unwrap();
        assert!(resident(&File::open(&path).unwrap()).unwrap().is_empty());
    }
}
