//! How many requests may run at once: of a function, as far as that is reserved for it, and of all others together.
//!
//! The rules are AWS's: a function with a reservation has that many, whatever else runs, and no more; what is not reserved
//! is shared by those without.

use super::fault::Fault;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What a request that finds its function's reservation used up is told.
pub(super) const RESERVED: &str = "ReservedFunctionConcurrentInvocationLimitExceeded";
/// What a request is told where all that is not reserved is used up.
pub(super) const UNRESERVED: &str = "ConcurrentInvocationLimitExceeded";
/// What AWS leaves to functions without a reservation, of 1,000.
const LEAST_UNRESERVED: usize = 100;

/// The limits of one server.
#[derive(Debug)]
pub(super) struct Limits {
    most: usize,
    totals: Mutex<Totals>,
}

#[derive(Debug, Default)]
struct Totals {
    reserved: usize,
    /// Requests of functions without a reservation.
    unreserved: usize,
}

/// The part of one function.
#[derive(Debug, Default)]
pub(super) struct Share {
    used: Mutex<Used>,
}

#[derive(Debug, Default, Clone, Copy)]
struct Used {
    reserved: Option<usize>,
    in_use: usize,
}

/// The right of one request to run, given back when it is dropped.
#[derive(Debug)]
pub(super) struct Permit {
    limits: Arc<Limits>,
    share: Arc<Share>,
    is_reserved: bool,
}

impl Limits {
    pub(super) fn new(most: usize) -> Self {
        Self { most, totals: Mutex::default() }
    }

    /// How many requests may run at once.
    pub(super) fn most(&self) -> usize {
        self.most
    }

    /// How many of them are reserved for no function.
    pub(super) fn unreserved(&self) -> usize {
        self.most.saturating_sub(lock(&self.totals).reserved)
    }

    /// Lets a request of a function run.
    pub(super) fn enter(self: &Arc<Self>, share: &Arc<Share>) -> Result<Permit, Fault> {
        let mut used = lock(&share.used);
        match used.reserved {
            Some(reserved) if used.in_use >= reserved => return Err(Fault::throttled(RESERVED)),
            Some(_) => {}
            None => {
                let mut totals = lock(&self.totals);
                if totals.unreserved >= self.most.saturating_sub(totals.reserved) {
                    return Err(Fault::throttled(UNRESERVED));
                }
                totals.unreserved += 1;
            }
        }
        used.in_use += 1;
        let is_reserved = used.reserved.is_some();
        Ok(Permit { limits: Arc::clone(self), share: Arc::clone(share), is_reserved })
    }

    /// Reserves so many for a function, in place of what it had; fails where too little would be left for the others.
    pub(super) fn reserve(&self, share: &Share, wanted: Option<usize>) -> Result<(), Fault> {
        let mut used = lock(&share.used);
        let mut totals = lock(&self.totals);
        let others = totals.reserved - used.reserved.unwrap_or(0);
        let least = LEAST_UNRESERVED.min(self.most / 10);
        if wanted.is_some_and(|wanted| wanted > self.most.saturating_sub(others + least)) {
            return Err(Fault::invalid(format!(
                "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution \
                 below its minimum value of [{least}]."
            )));
        }
        totals.reserved = others + wanted.unwrap_or(0);
        used.reserved = wanted;
        Ok(())
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        lock(&self.share.used).in_use -= 1;
        if !self.is_reserved {
            lock(&self.limits.totals).unreserved -= 1;
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reservation_is_a_functions_own_and_its_limit() {
        let limits = Arc::new(Limits::new(20));
        let (own, other) = (Arc::new(Share::default()), Arc::new(Share::default()));
        limits.reserve(&own, Some(2)).unwrap();
        let all: Vec<_> = (0..18).map(|_| limits.enter(&other).unwrap()).collect();
        assert_eq!(limits.enter(&other).unwrap_err().reason(), Some(UNRESERVED));
        let held = [limits.enter(&own).unwrap(), limits.enter(&own).unwrap()];
        assert_eq!(limits.enter(&own).unwrap_err().reason(), Some(RESERVED));
        drop((all, held));
        limits.enter(&own).unwrap();
        limits.enter(&other).unwrap();
    }

    #[test]
    fn a_reservation_that_changes_meanwhile_loses_no_permit() {
        let limits = Arc::new(Limits::new(20));
        let share = Arc::new(Share::default());
        let before = limits.enter(&share).unwrap();
        limits.reserve(&share, Some(0)).unwrap();
        assert!(limits.enter(&share).is_err());
        drop(before);
        limits.reserve(&share, None).unwrap();
        assert_eq!(lock(&limits.totals).unreserved, 0);
        assert_eq!(limits.unreserved(), 20);
        assert!(limits.reserve(&share, Some(19)).is_err(), "a tenth is left to the others");
    }
}
