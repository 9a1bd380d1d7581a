//! What a process has that a snapshot cannot hold, as far as `/proc` tells; CRIU refuses the rest by itself.

use crate::bootstrap::message::Opened;
use crate::error::{Code, Error, Result};
use crate::sys::process;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fmt::Display;
use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;

/// Connections and servers of these would be restored many times with one address, or with a peer that knows nothing of
/// it.
const NETWORKS: [&str; 7] = ["tcp", "tcp6", "udp", "udp6", "udplite", "raw", "raw6"];

/// Where user code opened what a process has open, as far as its launcher knows; by descriptor.
#[derive(Debug, Clone, Default)]
pub(crate) struct Places(BTreeMap<u32, String>);

impl From<Vec<Opened>> for Places {
    fn from(opened: Vec<Opened>) -> Self {
        Self(opened.into_iter().map(|Opened { descriptor, place }| (descriptor, place)).collect())
    }
}

impl Places {
    /// Adds all of it to the error of a dump that failed, which may not say what it was about.
    pub(crate) fn name(&self, pid: u32, error: Error) -> Error {
        let target = |number: &u32| fs::read_link(format!("/proc/{pid}/fd/{number}"));
        self.0.iter().fold(error, |error, (number, place)| match target(number) {
            Ok(target) if target.starts_with("/") => error.with("locked", format!("{} at {place}", target.display())),
            Ok(_) => error.with("holds", format!("a socket{}", after(number, place))),
            Err(_) => error,
        })
    }

    /// The number and place of what was just named.
    fn of(&self, number: &str) -> String {
        let known = number.parse().ok().and_then(|number| self.0.get(&number));
        known.map_or_else(|| format!(" (descriptor {number})"), |place| after(number, place))
    }
}

fn after(number: impl Display, place: &str) -> String {
    format!(" (descriptor {number}), opened at {place}")
}

/// Refuses a process that has a network socket but these, an `io_uring` or a child.
///
/// Fails with `snapshot.refused`; what stands in the way is named, with the place where it was opened if that is known.
pub(crate) fn refuse_opened(pid: u32, places: &Places, but: &[u32]) -> Result<()> {
    let process = Path::new("/proc").join(pid.to_string());
    let held: Vec<_> = descriptors(&process, places, but).chain(children(pid)).collect();
    if held.is_empty() {
        return Ok(());
    }
    let error = Error::new(Code::SnapshotRefused, "dump the instance", "it has something open that cannot be restored");
    Err(held.into_iter().fold(error, |error, what| error.with("holds", what)))
}

fn descriptors(process: &Path, places: &Places, but: &[u32]) -> impl Iterator<Item = String> {
    let entries = fs::read_dir(process.join("fd")).into_iter().flatten().flatten();
    let is_left_out =
        |name: &OsStr| name.to_str().and_then(|name| name.parse().ok()).is_some_and(|it| but.contains(&it));
    entries.filter(move |entry| !is_left_out(&entry.file_name())).filter_map(move |entry| {
        let target = fs::read_link(entry.path()).ok()?.to_string_lossy().into_owned();
        let what = match target.strip_prefix("socket:[").and_then(|rest| rest.strip_suffix(']')) {
            Some(inode) => network_socket(process, inode)?,
            None if target == "anon_inode:[io_uring]" => "an io_uring".to_owned(),
            None => return None,
        };
        Some(format!("{what}{}", places.of(&entry.file_name().to_string_lossy())))
    })
}

/// What the kernel's tables say of a socket; nothing where it is none of the network.
fn network_socket(process: &Path, inode: &str) -> Option<String> {
    NETWORKS.iter().find_map(|network| {
        let table = fs::read_to_string(process.join("net").join(network)).ok()?;
        let mut fields = table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
        let found = fields.find(|fields| fields.get(9) == Some(&inode))?;
        let (near, far) = (address(found[1])?, address(found[2])?);
        Some(if far.port() == 0 { format!("{network} at {near}") } else { format!("{network} from {near} to {far}") })
    })
}

/// An address as `/proc/net/tcp` has it: words in the machine's order in hexadecimal digits, a colon, the port.
fn address(text: &str) -> Option<SocketAddr> {
    let (host, port) = text.split_once(':')?;
    let word = |at: usize| u32::from_str_radix(host.get(at..at + 8)?, 16).ok().map(u32::to_ne_bytes);
    let host: IpAddr = if host.len() == 8 {
        Ipv4Addr::from(word(0)?).into()
    } else {
        let words = [word(0)?, word(8)?, word(16)?, word(24)?];
        let bytes: [u8; 16] = words.concat().try_into().ok()?;
        Ipv6Addr::from(bytes).to_canonical()
    };
    Some(SocketAddr::new(host, u16::from_str_radix(port, 16).ok()?))
}

fn children(pid: u32) -> impl Iterator<Item = String> {
    process::children(pid).into_iter().map(|child| {
        let name = fs::read_to_string(format!("/proc/{child}/comm")).unwrap_or_default();
        format!("process {child} ({})", name.trim_end())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;
    use std::os::fd::AsRawFd;

    #[test]
    fn a_server_and_a_child_are_named() {
        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let number = server.as_raw_fd().unsigned_abs();
        let places = Places::from(vec![Opened { descriptor: number, place: "app.py:12".into() }]);
        let error = refuse_opened(std::process::id(), &places, &[]).unwrap_err();
        child.kill().unwrap();
        child.wait().unwrap();
        let text = error.to_string();
        assert_eq!(error.code(), Code::SnapshotRefused);
        let address = server.local_addr().unwrap();
        assert!(text.contains(&format!("tcp at {address} (descriptor {number}), opened at app.py:12")), "{text}");
        assert!(text.contains(&format!("process {} (", child.id())), "{text}");
        let others = refuse_opened(std::process::id(), &places, &[number])
            .map_or_else(|error| error.to_string(), |()| String::new());
        assert!(!others.contains(&address.to_string()), "{others}");
    }

    #[test]
    fn addresses_are_read() {
        if cfg!(target_endian = "little") {
            assert_eq!(address("0100007F:1538"), Some("127.0.0.1:5432".parse().unwrap()));
            assert_eq!(address("00000000000000000000000001000000:0050"), Some("[::1]:80".parse().unwrap()));
        }
        assert_eq!(address("nonsense"), None);
    }
}
