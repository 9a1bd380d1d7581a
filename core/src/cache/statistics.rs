//! What a cache has done.

use serde::Serialize;
use std::sync::atomic::{AtomicU64, Ordering};

/// What a cache has done since it was opened, in this process; of [`Usage`](super::Usage), what all processes have done
/// with those of one name and code since there have been any.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Statistics {
    /// Values that were found in the process.
    pub process_hits: u64,
    /// Values that were found on the node.
    pub node_hits: u64,
    /// Values that were found neither here nor there.
    pub misses: u64,
    /// Values that were served although they were stale.
    pub stale: u64,
    /// Callers that waited for another's value.
    pub waits: u64,
    /// Callers that waited for as long as they may, and computed the value themselves.
    pub overdue: u64,
    /// Entries of this process's tier that made room for others.
    pub evictions: u64,
    /// Entries that were damaged and thrown away.
    pub damaged: u64,
    /// What else the node's tier could not do: each cost a computation.
    pub errors: u64,
    /// Entries in the process now; of `Usage`, on the node, expired ones too.
    pub entries: u64,
    /// What they weigh, in bytes.
    pub bytes: u64,
}

/// How many counts there are.
pub(super) const COUNTS: usize = 9;

macro_rules! counters {
    ($($name:ident),*) => {
        impl Statistics {
            /// What is counted, each with its name: all but what there is now.
            pub fn counts(&self) -> [(&'static str, u64); COUNTS] {
                [$((stringify!($name), self.$name)),*]
            }

            /// The counts are these, in the order of `counts`.
            pub(super) fn with_counts(self, counts: [u64; COUNTS]) -> Self {
                let [$($name),*] = counts;
                Self { $($name,)* ..self }
            }
        }

        #[derive(Debug, Default)]
        pub(super) struct Counters { $(pub(super) $name: Counter),* }

        impl Counters {
            pub(super) fn read(&self) -> Statistics {
                Statistics { $($name: self.$name.0.load(Ordering::Relaxed),)* ..Statistics::default() }
            }
        }
    };
}

counters!(process_hits, node_hits, misses, stale, waits, overdue, evictions, damaged, errors);

#[derive(Debug, Default)]
pub(super) struct Counter(AtomicU64);

impl Counter {
    pub(super) fn up(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}
