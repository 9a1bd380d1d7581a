//! A connection of another process, made again.
//!
//! A socket belongs to whoever has a descriptor of it. What its process would do to it, another can do that has borrowed one
//! (`pidfd_getfd(2)`): the process's own descriptor, and what waits for it (`poll(2)`, `epoll(7)`), stay as they are.

use rustix::net::sockopt::{Timeout, set_socket_timeout, set_tcp_nodelay};
use rustix::net::{connect, connect_unspec};
use rustix::process::{PidfdGetfdFlags, pidfd_getfd};
use std::io;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::fd::{AsFd, RawFd};
use std::time::Duration;

/// How long the kernel may take to connect two sockets of one machine.
const WITHIN: Duration = Duration::from_secs(1);

/// Connects a TCP socket of a process anew over the loopback device; the other end.
///
/// What it was connected to is gone, as is what was on its way. The process should be stopped: it would notice the end of
/// the old connection.
///
/// Fails where this process may not trace that one (`ptrace(2)`), and where it is no TCP socket.
pub fn reconnect(process: impl AsFd, descriptor: RawFd) -> io::Result<TcpStream> {
    let socket = pidfd_getfd(process, descriptor, PidfdGetfdFlags::empty())?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    set_socket_timeout(&listener, Timeout::Recv, Some(WITHIN))?;
    // One that was shut down stays so, unless it is disconnected.
    connect_unspec(&socket)?;
    match connect(&socket, &listener.local_addr()?) {
        // The kernel goes on by itself.
        Ok(()) | Err(rustix::io::Errno::INPROGRESS) => {}
        Err(error) => return Err(error.into()),
    }
    let (stream, from) = listener.accept()?;
    if TcpStream::from(socket.try_clone()?).local_addr()? != from {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "another process was faster"));
    }
    set_tcp_nodelay(&socket, true)?;
    Ok(stream)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::process::watch;
    use std::io::{Read, Write};
    use std::os::fd::AsRawFd;

    #[test]
    fn a_socket_leads_to_another_place_and_its_owner_does_not_notice() {
        let before = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let mut owner = TcpStream::connect(before.local_addr().unwrap()).unwrap();
        owner.shutdown(std::net::Shutdown::Both).unwrap();
        let this = watch(std::process::id()).unwrap();
        let mut other = reconnect(&this, owner.as_raw_fd()).unwrap();
        owner.write_all(b"question").unwrap();
        let mut heard = [0; 8];
        other.read_exact(&mut heard).unwrap();
        assert_eq!(&heard, b"question");
        other.write_all(b"answer").unwrap();
        drop(other);
        let mut answer = String::new();
        owner.read_to_string(&mut answer).unwrap();
        assert_eq!(answer, "answer");
        assert!(reconnect(&this, std::io::stdin().as_raw_fd()).is_err(), "no socket");
    }
}
