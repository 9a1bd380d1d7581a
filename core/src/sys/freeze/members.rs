//! Which processes are a worker's, and what they do.

use crate::sys::stat::{self, Stat};
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::time::Duration;

/// The processes of the worker that `leader` leads, as they are now; those that have ended are left out.
pub(super) fn of(leader: u32) -> io::Result<Vec<Stat>> {
    let all = stat::all()?;
    let chosen = choose(leader, &all);
    Ok(all.into_iter().filter(|stat| chosen.contains(&stat.pid) && !stat.has_ended()).collect())
}

/// The leader, all below it, and what has its process group or session: a child whose parent has ended is known by
/// those alone.
fn choose(leader: u32, all: &[Stat]) -> BTreeSet<u32> {
    let mut chosen = BTreeSet::from([leader]);
    loop {
        let belongs = |stat: &&Stat| stat.group == leader || stat.session == leader || chosen.contains(&stat.parent);
        let found: Vec<u32> = all.iter().filter(belongs).map(|stat| stat.pid).collect();
        let before = chosen.len();
        chosen.extend(found);
        if chosen.len() == before {
            return chosen;
        }
    }
}

/// Whether every thread of a process is stopped or gone.
pub(super) fn is_stopped(pid: u32) -> bool {
    let Ok(threads) = fs::read_dir(format!("/proc/{pid}/task")) else { return true };
    threads.flatten().all(|thread| {
        let text = fs::read_to_string(thread.path().join("stat")).ok();
        text.as_deref().and_then(Stat::parse).is_none_or(|stat| stat.is_stopped() || stat.has_ended())
    })
}

/// The processor time that the living threads of a process have used, exact to the nanosecond.
///
/// Fails where the process is gone, and where the kernel does not count it (`CONFIG_SCHED_INFO`).
pub fn cpu_time(pid: u32) -> io::Result<Duration> {
    let mut total = 0_u64;
    for thread in fs::read_dir(format!("/proc/{pid}/task"))? {
        // A thread that ends meanwhile is not counted.
        let Ok(text) = fs::read_to_string(thread?.path().join("schedstat")) else { continue };
        let first = text.split_whitespace().next().and_then(|number| number.parse::<u64>().ok());
        total += first.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "no time in its schedstat file"))?;
    }
    Ok(Duration::from_nanos(total))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stat(pid: u32, parent: u32, group: u32, session: u32) -> Stat {
        Stat::parse(&format!("{pid} (name) S {parent} {group} {session}")).unwrap()
    }

    #[test]
    fn all_below_the_leader_and_what_its_session_left_behind_belong() {
        let all = [
            stat(9, 8, 5, 5), // A child of one with a session of its own.
            stat(8, 5, 8, 8), // That one.
            stat(5, 2, 5, 5), // The leader.
            stat(7, 1, 7, 5), // Orphaned, of the same session.
            stat(2, 1, 2, 2), // The host.
            stat(3, 2, 3, 3), // Another worker.
        ];
        assert_eq!(choose(5, &all).into_iter().collect::<Vec<_>>(), [5, 7, 8, 9]);
    }

    #[test]
    fn a_process_that_runs_is_not_stopped_and_uses_time() {
        let mut child = std::process::Command::new("sh").args(["-c", "while :; do :; done"]).spawn().unwrap();
        let begun = std::time::Instant::now();
        let before = cpu_time(child.id()).unwrap();
        while cpu_time(child.id()).unwrap() == before {
            assert!(begun.elapsed() < Duration::from_secs(10));
        }
        assert!(!is_stopped(child.id()));
        assert_eq!(of(child.id()).unwrap().iter().filter(|it| it.pid == child.id()).count(), 1);
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(of(child.id()).unwrap().is_empty() && cpu_time(child.id()).is_err());
    }
}
