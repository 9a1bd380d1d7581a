//! Forking this process, for the native launcher's zygote; and noticing that others have.

use std::io;
use std::sync::Once;
use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering};

/// Which side of a fork this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forked {
    /// The new process.
    Child,
    /// The old process, and the new one's number.
    Parent(u32),
}

/// Forks. Refused where another thread is alive, since a lock that it holds would stay held in the child.
pub fn fork() -> io::Result<Forked> {
    let threads = super::process::threads()?;
    if threads > 1 {
        return Err(io::Error::other(format!("{threads} threads are alive")));
    }
    // SAFETY: this process has one thread, so that no lock is held by a thread that the child would lack.
    match unsafe { libc::fork() } {
        -1 => Err(io::Error::last_os_error()),
        0 => Ok(Forked::Child),
        pid => Ok(Forked::Parent(pid.unsigned_abs())),
    }
}

/// How many forks this process is away from the one in which this was asked first (`pthread_atfork(3)`).
pub fn generation() -> u64 {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: the handler is a function of the program, which stays, and does nothing but add to a number.
        // Without memory for it no fork is noticed, as if there were none.
        unsafe { libc::pthread_atfork(None, None, Some(in_child)) };
    });
    FORKS.load(Ordering::Relaxed)
}

static FORKS: AtomicU64 = AtomicU64::new(0);

unsafe extern "C" fn in_child() {
    FORKS.fetch_add(1, Ordering::Relaxed);
}

/// A value that every process makes for itself: a child does not touch its parent's, whose locks may be held by threads
/// that it does not have.
pub struct PerProcess<T> {
    make: Box<dyn Fn() -> T + Send + Sync>,
    current: Slot<T>,
}

impl<T> std::fmt::Debug for PerProcess<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PerProcess").finish_non_exhaustive()
    }
}

impl<T: Send + Sync> PerProcess<T> {
    /// Made when it is first asked for.
    pub fn new(make: impl Fn() -> T + Send + Sync + 'static) -> Self {
        Self { make: Box::new(make), current: Slot(AtomicPtr::default()) }
    }

    /// This process's.
    pub fn get(&self) -> &T {
        self.current.get(generation(), &self.make)
    }
}

impl<T> Drop for PerProcess<T> {
    fn drop(&mut self) {
        // A parent's may have a lock that is held for ever: it is left.
        self.current.free(FORKS.load(Ordering::Relaxed));
    }
}

/// A value of one generation: in the next another takes its place, and nothing touches it any more.
struct Slot<T>(AtomicPtr<Made<T>>);

struct Made<T> {
    generation: u64,
    value: T,
}

impl<T> Slot<T> {
    fn get(&self, generation: u64, make: impl Fn() -> T) -> &T {
        loop {
            let current = self.0.load(Ordering::Acquire);
            // SAFETY: a pointer that was put here comes from a box and is freed only by `free`, which has `self` to itself;
            // one that another takes the place of is never freed.
            if let Some(made) = unsafe { current.as_ref() }.filter(|made| made.generation == generation) {
                return &made.value;
            }
            let new = Box::into_raw(Box::new(Made { generation, value: make() }));
            if self.0.compare_exchange(current, new, Ordering::AcqRel, Ordering::Acquire).is_err() {
                // SAFETY: it was made above and nobody else has it.
                drop(unsafe { Box::from_raw(new) });
            }
        }
    }

    /// Drops the value where it is of this generation.
    fn free(&mut self, generation: u64) {
        let current = std::mem::take(self.0.get_mut());
        // SAFETY: it comes from a box, and no reference to it outlives this borrow.
        if unsafe { current.as_ref() }.is_some_and(|made| made.generation == generation) {
            // SAFETY: as above, and it has just been taken out.
            drop(unsafe { Box::from_raw(current) });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn each_generation_makes_its_own_and_leaves_that_of_the_last() {
        let (slot, made) = (Slot(AtomicPtr::default()), AtomicU64::new(0));
        let get = |generation| slot.get(generation, || made.fetch_add(1, Ordering::Relaxed));
        let first = get(0);
        assert_eq!((*first, *get(0)), (0, 0));
        // As in a child.
        assert_eq!((*get(1), *get(1)), (1, 1));
        assert_eq!(*first, 0, "it is there for who has it");
    }

    #[test]
    fn threads_that_come_at_once_have_one() {
        let (slot, made) = (Slot(AtomicPtr::default()), AtomicU64::new(0));
        std::thread::scope(|scope| {
            let get = || *slot.get(3, || made.fetch_add(1, Ordering::Relaxed));
            let all: Vec<_> = (0..4).map(|_| scope.spawn(get)).collect();
            let seen: Vec<_> = all.into_iter().map(|it| it.join().unwrap()).collect();
            assert!(seen.iter().all(|it| *it == seen[0]), "{seen:?}");
        });
    }

    #[test]
    fn only_a_value_of_this_generation_is_dropped() {
        let value = Arc::new(());
        for (generation, left) in [(0, 1), (1, 2)] {
            let mut slot = Slot(AtomicPtr::default());
            slot.get(0, || Arc::clone(&value));
            slot.free(generation);
            slot.free(generation);
            assert_eq!(Arc::strong_count(&value), left);
        }
    }
}
