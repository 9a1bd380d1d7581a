//! Passing descriptors from process to process, and putting them where a child expects them.

use rustix::io::{DupFlags, FdFlags, fcntl_getfd, fcntl_setfd};
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage, SendFlags,
    recvmsg, sendmsg,
};
use std::io::{self, IoSlice, IoSliceMut};
use std::mem::{ManuallyDrop, MaybeUninit};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

/// How many descriptors a `fork` carries: socket, standard output, standard error.
pub const PASSED: usize = 3;

/// Writes `bytes` to a socket; the first byte carries the descriptors.
pub fn send(socket: impl AsFd, bytes: &[u8], descriptors: &[BorrowedFd<'_>; PASSED]) -> io::Result<usize> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(PASSED))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    if !ancillary.push(SendAncillaryMessage::ScmRights(descriptors)) {
        return Err(io::Error::other("no room for the descriptors"));
    }
    Ok(sendmsg(socket, &[IoSlice::new(bytes)], &mut ancillary, SendFlags::NOSIGNAL)?)
}

/// Reads from a socket, and what descriptors come with the bytes; they are close-on-exec.
pub fn receive(socket: impl AsFd, bytes: &mut [u8]) -> io::Result<(usize, Vec<OwnedFd>)> {
    // Room for twice as many as are legal, so that one too many is seen and closed, not cut off.
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(2 * PASSED))];
    let mut ancillary = RecvAncillaryBuffer::new(&mut space);
    let message = rustix::io::retry_on_intr(|| {
        recvmsg(&socket, &mut [IoSliceMut::new(bytes)], &mut ancillary, RecvFlags::CMSG_CLOEXEC)
    })?;
    let mut descriptors = Vec::new();
    for message in ancillary.drain() {
        if let RecvAncillaryMessage::ScmRights(received) = message {
            descriptors.extend(received);
        }
    }
    Ok((message.bytes, descriptors))
}

/// Keeps a descriptor from the programs that this process starts.
pub fn close_on_exec(descriptor: impl AsFd) -> io::Result<()> {
    let flags = fcntl_getfd(&descriptor)?;
    Ok(fcntl_setfd(&descriptor, flags | FdFlags::CLOEXEC)?)
}

/// Takes over the descriptor that this process inherited under `number`.
///
/// Fails where no such descriptor is open. To be called once for a number, before anything else could have
/// been opened under it: the launcher does so first thing.
pub fn inherited(number: i32) -> io::Result<OwnedFd> {
    if number < 3 {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "descriptors 0 to 2 are the standard streams"));
    }
    // SAFETY: the descriptor is borrowed for one call that fails cleanly where it is not open.
    fcntl_getfd(unsafe { BorrowedFd::borrow_raw(number) })?;
    // SAFETY: it is open, it is none of the standard streams, and its one owner is the value made here, as
    // this function's contract has it.
    Ok(unsafe { OwnedFd::from_raw_fd(number) })
}

/// Makes standard output and standard error of this process refer to the given descriptors.
pub fn replace_output(stdout: impl AsFd, stderr: impl AsFd) -> io::Result<()> {
    rustix::stdio::dup2_stdout(stdout)?;
    Ok(rustix::stdio::dup2_stderr(stderr)?)
}

/// Makes an open descriptor refer to what `other` does; programs that this process starts do not get it.
pub fn replace(descriptor: impl AsFd, other: impl AsFd) -> io::Result<()> {
    // SAFETY: the number is open, and stays its owner's: what is made of it here is not dropped.
    let mut owned = ManuallyDrop::new(unsafe { OwnedFd::from_raw_fd(descriptor.as_fd().as_raw_fd()) });
    Ok(rustix::io::dup3(other, &mut owned, DupFlags::CLOEXEC)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::os::unix::net::UnixStream;

    #[test]
    fn descriptors_arrive_with_the_first_byte() {
        let (near, far) = UnixStream::pair().unwrap();
        let (mut reader, writer) = io::pipe().unwrap();
        send(&near, b"HS", &[writer.as_fd(), near.as_fd(), near.as_fd()]).unwrap();
        drop(writer);
        let mut bytes = [0; 16];
        let (count, mut descriptors) = receive(&far, &mut bytes).unwrap();
        assert_eq!((count, descriptors.len()), (2, 3));
        std::fs::File::from(descriptors.swap_remove(0)).write_all(b"through").unwrap();
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        assert_eq!(text, "through");
    }

    #[test]
    fn a_number_that_is_not_open_is_refused() {
        assert!(inherited(987_654).is_err());
        assert!(inherited(1).is_err());
    }
}
