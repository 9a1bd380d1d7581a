//! Who is at the other end of a connection over the loopback device.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};

/// How often a list without the connection is read again.
///
/// The kernel writes the list page by page, and sockets that go meanwhile can hide one that stays.
const READINGS: usize = 3;

/// Whether the process at the other end of an accepted connection is this user's.
///
/// The loopback device is everybody's on a machine; the kernel lists whose each socket is (`/proc/net/tcp`, proc(5)). Costs
/// the reading of that list.
pub fn is_own(from: SocketAddr, to: SocketAddr) -> bool {
    let listed = || owner(&fs::read_to_string("/proc/net/tcp").ok()?, from, to);
    (0..READINGS).find_map(|_| listed()) == Some(rustix::process::geteuid().as_raw())
}

/// The user of the socket that leads from one address to another.
fn owner(list: &str, from: SocketAddr, to: SocketAddr) -> Option<u32> {
    let (from, to) = (written(from)?, written(to)?);
    list.lines().find_map(|line| {
        let mut fields = line.split_ascii_whitespace().skip(1);
        let is_it = fields.next() == Some(&from) && fields.next() == Some(&to);
        // Between the addresses and the user: state, queues, timer, retransmissions.
        if is_it { fields.nth(4)?.parse().ok() } else { None }
    })
}

/// An address as the kernel writes it: the four bytes as one number of this machine's byte order.
fn written(address: SocketAddr) -> Option<String> {
    let SocketAddr::V4(address) = address else { return None };
    let number = u32::from_ne_bytes(Ipv4Addr::octets(address.ip()));
    Some(format!("{number:08X}:{:04X}", address.port()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{TcpListener, TcpStream};

    #[test]
    fn ones_own_connection_is_known() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let to = listener.local_addr().unwrap();
        let stream = TcpStream::connect(to).unwrap();
        let (_, from) = listener.accept().unwrap();
        assert!(is_own(from, to));
        drop(stream);
        assert!(!is_own(SocketAddr::from((Ipv4Addr::LOCALHOST, 1)), to));
    }

    #[test]
    fn another_users_connection_is_another_users() {
        let list = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n   \
                    0: 0100007F:D431 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1000        0 20105 1\n";
        let at = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        assert_eq!(owner(list, at(0xd431), at(8080)), Some(1000));
        assert_eq!(owner(list, at(0xd431), at(8081)), None);
    }
}
