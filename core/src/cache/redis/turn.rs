//! Turns at computing a value, among all who share a server.

use super::super::store::{Turn, try_for};
use super::super::tags::another;
use super::link::Link;
use crate::sys::fork;
use redis::Script;
use std::io;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

/// A turn ends by itself after so long: then another computes too.
const LEASE: Duration = Duration::from_secs(10);
/// How often a turn is tried for: first, and at most.
const PAUSES: (Duration, Duration) = (Duration::from_millis(2), Duration::from_millis(50));

/// Lets go of a turn that is still one's own.
static RELEASE: LazyLock<Script> = LazyLock::new(|| {
    Script::new("if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0")
});

/// A turn that this process has.
#[derive(Debug)]
struct Taken {
    link: Arc<Link>,
    name: String,
    /// What the key is set to as long as it is this turn's.
    own: u64,
    /// A child that inherits this does not have the turn.
    process: u64,
}

/// The turn of this name, at once or when whoever has it lets go of it or has had it for long enough.
pub(super) fn take(link: &Arc<Link>, name: String, within: Duration) -> io::Result<Option<Box<dyn Turn>>> {
    let own = another()?;
    let lease = u64::try_from(LEASE.as_millis()).unwrap_or(u64::MAX);
    let is_taken = try_for(within, PAUSES, || {
        let mut set = redis::cmd("SET");
        set.arg(&name).arg(own).arg("NX").arg("PX").arg(lease);
        link.ask(|connection| set.query::<Option<String>>(connection))
    })?;
    Ok(is_taken.map(|_| {
        let taken = Taken { link: Arc::clone(link), name, own, process: fork::generation() };
        Box::new(taken) as Box<dyn Turn>
    }))
}

impl Turn for Taken {}

impl Drop for Taken {
    fn drop(&mut self) {
        if self.process == fork::generation() {
            // It ends by itself where this fails.
            let _ = self.link.ask(|connection| RELEASE.key(&self.name).arg(self.own).invoke::<i64>(connection));
        }
    }
}
