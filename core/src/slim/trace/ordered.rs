//! Work in parallel whose outcomes are taken in order.

use rayon::{ScopeFifo, ThreadPool};
use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, Sender, channel};

/// Does `work` on `items` in the threads of a pool, while this thread hands the outcomes to `take` in the order of
/// the items. `take` gives what is to be worked on next, which comes after all that is waiting. What is taken
/// therefore never depends on which thread was quicker.
pub(super) fn in_order<I, O>(
    pool: &ThreadPool,
    items: Vec<I>,
    work: impl Fn(&I) -> O + Sync,
    mut take: impl FnMut(I, O) -> Vec<I>,
) where
    I: Copy + Send,
    O: Send,
{
    let work = &work;
    pool.in_place_scope_fifo(|scope| {
        let mut queue = Queue { waiting: VecDeque::new(), taken: 0, outcomes: VecDeque::new(), channel: channel() };
        let mut next = items;
        loop {
            for item in next {
                queue.start(scope, item, work);
            }
            let Some((item, outcome)) = queue.next() else { break };
            next = take(item, outcome);
        }
    });
}

struct Queue<I, O> {
    waiting: VecDeque<I>,
    /// The number of the first that waits.
    taken: usize,
    /// Outcomes of those that wait, as far as they have come.
    outcomes: VecDeque<Option<O>>,
    channel: (Sender<Done<O>>, Receiver<Done<O>>),
}

/// The number of an item, and its outcome; none where the work panicked.
type Done<O> = (usize, Option<O>);

/// Sends the outcome, or that there is none, whatever becomes of the work.
struct Ticket<O> {
    number: usize,
    outcome: Option<O>,
    done: Sender<Done<O>>,
}

impl<O> Drop for Ticket<O> {
    fn drop(&mut self) {
        // Nobody listens any more where taking has panicked.
        let _ = self.done.send((self.number, self.outcome.take()));
    }
}

impl<I: Copy + Send, O: Send> Queue<I, O> {
    fn start<'scope>(&mut self, scope: &ScopeFifo<'scope>, item: I, work: &'scope (impl Fn(&I) -> O + Sync))
    where
        I: 'scope,
        O: 'scope,
    {
        let (number, done) = (self.taken + self.waiting.len(), self.channel.0.clone());
        self.waiting.push_back(item);
        self.outcomes.push_back(None);
        scope.spawn_fifo(move |_| {
            let mut ticket = Ticket { number, outcome: None, done };
            ticket.outcome = Some(work(&item));
        });
    }

    /// The next outcome; none any more after work that panicked, which the scope's end tells.
    fn next(&mut self) -> Option<(I, O)> {
        let item = self.waiting.pop_front()?;
        let outcome = loop {
            if let Some(outcome) = self.outcomes.front_mut().and_then(Option::take) {
                break outcome;
            }
            let (number, outcome) = self.channel.1.recv().ok()?;
            self.outcomes[number - self.taken] = Some(outcome?);
        };
        self.outcomes.pop_front();
        self.taken += 1;
        Some((item, outcome))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_come_in_order_and_bring_more() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(4).build().unwrap();
        let mut seen = Vec::new();
        let work = |item: &u64| {
            std::thread::sleep(std::time::Duration::from_micros(300 - item % 7 * 40));
            item * 2
        };
        in_order(&pool, (0..20).collect(), work, |item, outcome| {
            assert_eq!(outcome, item * 2);
            seen.push(item);
            if item < 20 { vec![item + 100] } else { Vec::new() }
        });
        assert_eq!(seen, (0..20).chain(100..120).collect::<Vec<_>>());
    }

    #[test]
    fn work_that_panics_does_not_hang() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
        let work = |item: &u64| assert_ne!(*item, 3, "this panic is part of a test");
        let run = || in_order(&pool, (0..9).collect(), work, |_, ()| Vec::new());
        assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).is_err());
    }
}
