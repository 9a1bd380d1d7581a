//! Locks on bytes of a file (`fcntl(2)`, advisory): they belong to a process, end with it, and no child inherits them.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;

/// Takes the byte at `offset` for this process; `false` where another has it.
///
/// Threads of one process do not exclude each other, and closing any descriptor of the file lets go of all locks: open it
/// once.
pub fn try_lock(file: &File, offset: u64) -> io::Result<bool> {
    match set(file, offset, libc::F_WRLCK) {
        Ok(()) => Ok(true),
        Err(error) if matches!(error.raw_os_error(), Some(libc::EAGAIN | libc::EACCES)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Lets go of it.
pub fn unlock(file: &File, offset: u64) -> io::Result<()> {
    set(file, offset, libc::F_UNLCK)
}

fn set(file: &File, offset: u64, kind: libc::c_int) -> io::Result<()> {
    let invalid = |_| io::Error::from(io::ErrorKind::InvalidInput);
    let lock = libc::flock {
        l_type: libc::c_short::try_from(kind).map_err(invalid)?,
        l_whence: libc::c_short::try_from(libc::SEEK_SET).map_err(invalid)?,
        l_start: libc::off_t::try_from(offset).map_err(invalid)?,
        l_len: 1,
        l_pid: 0,
    };
    // SAFETY: the descriptor is open for as long as `file` is borrowed, and the kernel only reads the structure, which
    // has the form that F_SETLK takes.
    let done = unsafe { libc::fcntl(file.as_raw_fd(), libc::F_SETLK, &raw const lock) };
    if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_is_one_process_s() {
        let file = tempfile::tempfile().unwrap();
        assert!(try_lock(&file, 1 << 61).unwrap() && try_lock(&file, 1 << 61).unwrap());
        unlock(&file, 1 << 61).unwrap();
        assert!(try_lock(&file, u64::MAX).is_err());
    }
}
