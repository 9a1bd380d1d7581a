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
    current: AtomicPtr<Made<T>>,
}

struct Made<T> {
    generation: u64,
    value: T,
}

impl<T> std::fmt::Debug for PerProcess<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PerProcess").finish_non_exhaustive()
    }
}

impl<T: Send + Sync> PerProcess<T> {
    /// Made when it is first asked for.
    pub fn new(make: impl Fn() -> T + Send + Sync + 'static) -> Self {
        Self { make: Box::new(make), current: AtomicPtr::default() }
    }

    /// This process's.
    pub fn get(&self) -> &T {
        let generation = generation();
        loop {
            let current = self.current.load(Ordering::Acquire);
            // SAFETY: a pointer that was put here comes from a box and is freed only by `drop`, which has `self` to itself;
            // one that another takes the place of is never freed.
            if let Some(made) = unsafe { current.as_ref() }.filter(|made| made.generation == generation) {
                return &made.value;
            }
            let new = Box::into_raw(Box::new(Made { generation, value: (self.make)() }));
            if self.current.compare_exchange(current, new, Ordering::AcqRel, Ordering::Acquire).is_err() {
                // SAFETY: it was made above and nobody else has it.
                drop(unsafe { Box::from_raw(new) });
            }
        }
    }
}

impl<T> Drop for PerProcess<T> {
    fn drop(&mut self) {
        let current = *self.current.get_mut();
        // SAFETY: it comes from a box, and no reference to it outlives `self`.
        let is_own = unsafe { current.as_ref() }.is_some_and(|made| made.generation == FORKS.load(Ordering::Relaxed));
        // A parent's may have a lock that is held for ever: it is left.
        if is_own {
            // SAFETY: as above.
            drop(unsafe { Box::from_raw(current) });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_process_makes_its_own() {
        static MADE: AtomicU64 = AtomicU64::new(0);
        let own = PerProcess::new(|| MADE.fetch_add(1, Ordering::Relaxed));
        assert_eq!((*own.get(), *own.get()), (0, 0));
        // As in a child.
        FORKS.fetch_add(1, Ordering::Relaxed);
        assert_eq!((*own.get(), *own.get()), (1, 1));
    }
}
