//! Children that are forked from a test.

/// A child of this process that runs this, and ends with 0 where that is true.
pub(crate) fn child(run: impl FnOnce() -> bool) -> i32 {
    // SAFETY: the child calls what is tested, which is to work in a child of a process with threads, and ends.
    let child = unsafe { libc::fork() };
    if child == 0 {
        // SAFETY: where it hangs, its end is a signal's.
        unsafe { libc::alarm(30) };
        let is_well = run();
        // SAFETY: it ends this process without running what belongs to its parent.
        unsafe { libc::_exit(i32::from(!is_well)) };
    }
    assert!(child > 0, "{}", std::io::Error::last_os_error());
    child
}

/// How a child ended: 0 well, a signal's number, or 256 times its exit code.
pub(crate) fn ended(child: i32) -> i32 {
    let mut status = 0;
    // SAFETY: the child is this process's, and the status has room.
    assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
    status
}
