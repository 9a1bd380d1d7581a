//! What this machine supports.

use serde::Serialize;
use std::fs;

/// One primitive that a tier rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Primitive {
    /// What it is: `pidfd`.
    pub name: &'static str,
    /// Whether this machine has it.
    pub available: bool,
    /// What was found, or what is missing.
    pub detail: String,
    /// What is lost without it.
    pub needed_for: &'static str,
}

/// Looks for every primitive.
pub fn primitives() -> Vec<Primitive> {
    vec![kernel(), pidfd(), socket_pair(), smaps_rollup(), cgroup_freeze(), swap()]
}

fn kernel() -> Primitive {
    let uname = rustix::system::uname();
    let detail = format!("{} {}", uname.sysname().to_string_lossy(), uname.release().to_string_lossy());
    Primitive { name: "kernel", available: detail.starts_with("Linux"), detail, needed_for: "workers" }
}

fn pidfd() -> Primitive {
    let opened = super::process::watch(std::process::id());
    Primitive {
        name: "pidfd",
        available: opened.is_ok(),
        detail: opened.map_or_else(|error| error.to_string(), |_| "pidfd_open works".into()),
        needed_for: "workers: noticing their end (Linux 5.3)",
    }
}

fn socket_pair() -> Primitive {
    let pair = std::os::unix::net::UnixStream::pair();
    Primitive {
        name: "unix sockets",
        available: pair.is_ok(),
        detail: pair.map_or_else(|error| error.to_string(), |_| "socketpair works".into()),
        needed_for: "workers: the bootstrap protocol",
    }
}

fn smaps_rollup() -> Primitive {
    let read = super::memory::Memory::of(std::process::id());
    Primitive {
        name: "smaps_rollup",
        available: read.is_ok(),
        detail: read.map_or_else(|error| error.to_string(), |_| "readable".into()),
        needed_for: "memory figures",
    }
}

/// Where there is no cgroup, workers are frozen by signals.
fn cgroup_freeze() -> Primitive {
    let freezer = super::freeze::Freezer::new();
    let (way, reason) = freezer.way();
    Primitive {
        name: "cgroup v2",
        available: way == super::freeze::Way::Cgroup,
        detail: match reason {
            None => "workers are frozen by cgroup.freeze".into(),
            Some(reason) => format!("workers are frozen by SIGSTOP: {reason}"),
        },
        needed_for: "freezing workers as a group",
    }
}

fn swap() -> Primitive {
    let swaps = fs::read_to_string("/proc/swaps").unwrap_or_default();
    let devices: Vec<_> = swaps.lines().skip(1).filter_map(|line| line.split_whitespace().next()).collect();
    Primitive {
        name: "swap",
        available: !devices.is_empty(),
        detail: if devices.is_empty() { "none".into() } else { devices.join(", ") },
        needed_for: "paging out frozen workers (zram is best)",
    }
}
