//! Keeping workers from what a snapshot cannot hold.

use std::io;

/// `io_uring_setup`, the same number on every architecture.
const IO_URING_SETUP: u32 = 425;

/// Has the kernel answer `ENOSYS` to `io_uring_setup`, in this process and whatever becomes of it.
///
/// Node 22 and later set up rings whatever `UV_USE_IO_URING` says, and do without where there are none; CRIU cannot dump
/// them. Async-signal-safe: to be called between `fork` and `exec`. Takes `CAP_SYS_ADMIN`, as CRIU does, so that
/// `no_new_privs` may stay as it is.
pub(super) fn without_io_uring() -> io::Result<()> {
    let errno = libc::SECCOMP_RET_ERRNO | libc::ENOSYS.unsigned_abs();
    #[expect(clippy::cast_possible_truncation, reason = "codes are 16 bits wide, though the constants are not")]
    let step = |code: u32, jf: u8, k: u32| libc::sock_filter { code: code as u16, jt: 0, jf, k };
    // The number of the call is the first word of `seccomp_data`.
    let mut program = [
        step(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0),
        step(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, 1, IO_URING_SETUP),
        step(libc::BPF_RET | libc::BPF_K, 0, errno),
        step(libc::BPF_RET | libc::BPF_K, 0, libc::SECCOMP_RET_ALLOW),
    ];
    let filter = libc::sock_fprog { len: 4, filter: program.as_mut_ptr() };
    // SAFETY: the program outlives the call, which copies it.
    match unsafe { libc::syscall(libc::SYS_seccomp, libc::SECCOMP_SET_MODE_FILTER, 0, &raw const filter) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}
