//! Who is at the other end of a connection over the loopback device.

use super::process::children;
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, netlink, recv, send, socket_with};
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::path::Path;

/// How often a list without the connection is read again.
///
/// The kernel writes the list page by page, and sockets that go meanwhile can hide one that stays.
const READINGS: usize = 3;
/// Bytes of the head of a netlink message (netlink(7)).
const HEAD: usize = 16;
/// Bytes of an answer before the connection's ports and addresses, and of these (`inet_diag_msg`, `sock_diag(7)`).
const BEFORE_ENDS: usize = HEAD + 4;
const ENDS: usize = 36;
/// Where the user's number is in an answer, and that of the socket's inode.
const USER: usize = HEAD + 64;
const INODE: usize = USER + 4;
/// Which fields these are in the list, behind both addresses: after state, queues, timer, retransmissions; and the timeout.
const LISTED_USER: usize = 4;
const LISTED_INODE: usize = 6;

/// Whether the process at the other end of an accepted connection is this user's.
///
/// The loopback device is everybody's on a machine; the kernel says whose each socket is. Where it does not answer that
/// question (`sock_diag(7)`), it still lists them (`/proc/net/tcp`, proc(5)), which takes as long as the list.
pub fn is_own(from: SocketAddr, to: SocketAddr) -> bool {
    found(from, to, (USER, LISTED_USER)) == Some(rustix::process::geteuid().as_raw())
}

/// A number that the kernel has of a socket: where it stands in an answer, and in the list.
fn found(from: SocketAddr, to: SocketAddr, (answered, in_list): (usize, usize)) -> Option<u32> {
    let (SocketAddr::V4(from), SocketAddr::V4(to)) = (from, to) else { return None };
    let read = || listed(&fs::read_to_string("/proc/net/tcp").ok()?, from, to, in_list);
    asked(from, to, answered).or_else(|| (0..READINGS).find_map(|_| read()))
}

/// Which of some processes has the socket at the other end of an accepted connection, itself or by a process below it.
///
/// A process that has as much as one descriptor of it has it. `None` where none has.
pub fn owner_among(from: SocketAddr, to: SocketAddr, processes: &[u32]) -> Option<u32> {
    let name = name(from, to)?;
    let has = |pid: u32| named(pid, &name).next().is_some();
    let itself = processes.iter().find(|pid| has(**pid));
    itself.or_else(|| processes.iter().find(|pid| below(**pid).into_iter().any(has))).copied()
}

/// The processes below one.
fn below(process: u32) -> Vec<u32> {
    let mut found = children(process);
    let mut next = 0;
    while let Some(pid) = found.get(next) {
        found.extend(children(*pid));
        next += 1;
    }
    found
}

/// The descriptors under which a process has the socket that leads from one address to another.
pub fn descriptors(from: SocketAddr, to: SocketAddr, process: u32) -> Vec<u32> {
    name(from, to).map(|name| named(process, &name).collect()).unwrap_or_default()
}

/// What the links in `/proc/PID/fd` say of the socket that leads from one address to another.
fn name(from: SocketAddr, to: SocketAddr) -> Option<String> {
    Some(format!("socket:[{}]", found(from, to, (INODE, LISTED_INODE))?))
}

fn named(process: u32, name: &str) -> impl Iterator<Item = u32> {
    let entries = fs::read_dir(format!("/proc/{process}/fd")).into_iter().flatten().flatten();
    let found = entries.filter(move |entry| fs::read_link(entry.path()).is_ok_and(|target| target == Path::new(name)));
    found.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

/// What the kernel answers when it is asked for one socket: the number at this place.
fn asked(from: SocketAddrV4, to: SocketAddrV4, at: usize) -> Option<u32> {
    let kind = (AddressFamily::NETLINK, SocketType::DGRAM, SocketFlags::CLOEXEC);
    let kernel = socket_with(kind.0, kind.1, kind.2, Some(netlink::SOCK_DIAG)).ok()?;
    let ends = ends(from, to);
    send(&kernel, &question(&ends), SendFlags::empty()).ok()?;
    let mut answer = [0; 512];
    // The kernel has answered when it has taken the question.
    let (_, length) = recv(&kernel, &mut answer, RecvFlags::DONTWAIT).ok()?;
    answered(answer.get(..length)?, &ends, at)
}

/// The ports and addresses of a connection, each as on the wire, an address with room for the sixth version's.
fn ends(from: SocketAddrV4, to: SocketAddrV4) -> [u8; ENDS] {
    let mut ends = [0; ENDS];
    ends[..2].copy_from_slice(&from.port().to_be_bytes());
    ends[2..4].copy_from_slice(&to.port().to_be_bytes());
    ends[4..8].copy_from_slice(&from.ip().octets());
    ends[20..24].copy_from_slice(&to.ip().octets());
    ends
}

/// The question for one TCP socket: the head of a netlink message, then `inet_diag_req_v2`.
fn question(ends: &[u8; ENDS]) -> Vec<u8> {
    /// `SOCK_DIAG_BY_FAMILY` and `NLM_F_REQUEST`.
    const KIND: (u16, u16) = (20, 1);
    /// `AF_INET`, `IPPROTO_TCP`, no extensions, padding.
    const WHAT: [u8; 4] = [2, 6, 0, 0];
    /// Any device; any socket, without knowing its cookie.
    const ANY: [u32; 3] = [0, u32::MAX, u32::MAX];
    const LENGTH: u32 = 72;
    let mut question = Vec::with_capacity(LENGTH as usize);
    question.extend(LENGTH.to_ne_bytes());
    question.extend([KIND.0.to_ne_bytes(), KIND.1.to_ne_bytes()].as_flattened());
    // The number of the message, and who sends it: of no use for one.
    question.extend([0; 8]);
    question.extend(WHAT);
    // All states.
    question.extend(u32::MAX.to_ne_bytes());
    question.extend(ends);
    question.extend(ANY.map(u32::to_ne_bytes).as_flattened());
    question
}

/// A number in an answer that is about this connection: one that is not there may be answered with another at its port.
fn answered(answer: &[u8], ends: &[u8; ENDS], at: usize) -> Option<u32> {
    let is_it = answer.get(BEFORE_ENDS..BEFORE_ENDS + ENDS)? == ends;
    let number = answer.get(at..at + 4)?.try_into().ok()?;
    is_it.then(|| u32::from_ne_bytes(number))
}

/// A field of the socket that leads from one address to another.
fn listed(list: &str, from: SocketAddrV4, to: SocketAddrV4, field: usize) -> Option<u32> {
    let (from, to) = (written(from), written(to));
    list.lines().find_map(|line| {
        let mut fields = line.split_ascii_whitespace().skip(1);
        let is_it = fields.next() == Some(&from) && fields.next() == Some(&to);
        if is_it { fields.nth(field)?.parse().ok() } else { None }
    })
}

/// An address as the kernel writes it: the four bytes as one number of this machine's byte order.
fn written(address: SocketAddrV4) -> String {
    let number = u32::from_ne_bytes(Ipv4Addr::octets(address.ip()));
    format!("{number:08X}:{:04X}", address.port())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{TcpListener, TcpStream};
    use std::os::fd::AsRawFd;

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
    fn the_process_that_has_it_is_known() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let to = listener.local_addr().unwrap();
        let stream = TcpStream::connect(to).unwrap();
        let (_, from) = listener.accept().unwrap();
        let this = std::process::id();
        if name(from, to).is_some() {
            let again = stream.try_clone().unwrap();
            let mut known = [&stream, &again].map(|it| it.as_raw_fd().unsigned_abs());
            let mut found = descriptors(from, to, this);
            known.sort_unstable();
            found.sort_unstable();
            assert_eq!(found, known);
            let parent = std::os::unix::process::parent_id();
            assert_eq!(owner_among(from, to, &[parent, this]), Some(this), "the one that has it itself");
            assert_eq!(owner_among(from, to, &[parent]), Some(parent));
        }
        drop(stream);
        assert_eq!(owner_among(from, to, &[this]), None);
    }

    #[test]
    fn the_question_and_the_list_agree() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let to = listener.local_addr().unwrap();
        let _stream = TcpStream::connect(to).unwrap();
        let (_, from) = listener.accept().unwrap();
        let (SocketAddr::V4(from), SocketAddr::V4(to)) = (from, to) else { panic!("{from}, {to}") };
        let mine = Some(rustix::process::geteuid().as_raw());
        // Not every kernel answers.
        assert!(asked(from, to, USER).is_none_or(|user| Some(user) == mine));
        let list = fs::read_to_string("/proc/net/tcp").unwrap();
        assert_eq!(listed(&list, from, to, LISTED_USER), mine);
        let inode = listed(&list, from, to, LISTED_INODE);
        assert!(inode.is_some() && asked(from, to, INODE).is_none_or(|it| Some(it) == inode));
    }

    #[test]
    fn one_that_listens_at_the_port_is_not_the_connection() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let SocketAddr::V4(listens) = listener.local_addr().unwrap() else { panic!("another version") };
        assert_eq!(asked(listens, SocketAddrV4::new(Ipv4Addr::LOCALHOST, 1), USER), None);
        assert_eq!(answered(&[0; 8], &[0; ENDS], USER), None);
    }

    #[test]
    fn another_users_connection_is_another_users() {
        let list = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n   \
                    0: 0100007F:D431 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1000        0 20105 1\n";
        let at = |port| SocketAddrV4::new(Ipv4Addr::LOCALHOST, port);
        assert_eq!(listed(list, at(0xd431), at(8080), LISTED_USER), Some(1000));
        assert_eq!(listed(list, at(0xd431), at(8081), LISTED_USER), None);
    }
}
