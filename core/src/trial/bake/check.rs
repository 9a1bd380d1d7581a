//! Whether an image that was baked does what it should: it is accepted, and nothing that the function does is another.

use super::options::BakeOptions;
use crate::error::{Code, Error, Result};
use crate::instance::Tier;
use crate::package::Package;
use crate::trial::session::Session;
use crate::trial::verify::{Comparison, verify_image};
use std::path::Path;
use std::time::Duration;

/// How often the start is timed, with and without the image: at least so often, and until it is clear which is faster, at
/// most so often.
const RUNS: std::ops::RangeInclusive<usize> = 5..=15;

/// Microseconds until the function is ready and has answered its first event, where it has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Times {
    pub(super) without_us: u64,
    pub(super) with_us: u64,
}

impl Times {
    /// Whether the image is a greater gain than another, each against the starts without it that it was timed with.
    pub(super) fn is_better_than(self, other: Self) -> bool {
        let product = |one: u64, other: u64| u128::from(one) * u128::from(other);
        product(self.with_us, other.without_us) < product(other.with_us, self.without_us)
    }

    /// Whether more runs would not tell more: the two are a twentieth apart.
    fn is_clear(self) -> bool {
        self.with_us.abs_diff(self.without_us) > self.without_us / 20
    }
}

/// Times the start with and without the image, by turns, the best of some; fails where the image is not accepted.
pub(super) async fn time(package: &Package, image: &Path, options: &BakeOptions) -> Result<Times> {
    let mut times = Times { without_us: u64::MAX, with_us: u64::MAX };
    let mut with_image = options.trial.clone();
    with_image.image = Some(image.to_owned());
    for run in 0..*RUNS.end() {
        if run >= *RUNS.start() && times.is_clear() {
            break;
        }
        let plain = Session::plain(package, &options.trial).await?;
        times.without_us = times.without_us.min(start(&plain, options).await?.0);
        let baked = Session::plain(package, &with_image).await?;
        let (us, tier) = start(&baked, options).await?;
        times.with_us = times.with_us.min(us);
        if tier != Some(Tier::Image) {
            let text = "the launcher does not accept the image; what it says of it is in the log";
            return Err(Error::new(Code::BakeFailed, "bake the function", text));
        }
    }
    Ok(times)
}

async fn start(session: &Session, options: &BakeOptions) -> Result<(u64, Option<Tier>)> {
    let started = session.import_only().await?;
    let first = match options.trial.events.first() {
        // What an event raises without the image too is no matter of the image.
        Some(event) => session.invoke(0, event, Duration::ZERO).await.map_or(0, |it| it.timings().invoke_us),
        None => 0,
    };
    let tier = session.report()?.idle.first().map(|worker| worker.tier);
    session.drain()?;
    Ok((started.ready_us.max(started.import_us) + first, tier))
}

/// Compares what the function does on its events with and without the image.
pub(super) async fn compare(
    package: &Package,
    image: &Path,
    options: &BakeOptions,
    step: impl FnMut(usize, usize),
) -> Result<Option<Comparison>> {
    if options.trial.events.is_empty() {
        return Ok(None);
    }
    let comparison = verify_image(package, image, &options.trial, step).await?;
    let Some(first) = comparison.differences.iter().find(|it| it.aspect.counts()) else {
        return Ok(Some(comparison));
    };
    let (aspect, without, with) = (first.aspect.name(), first.a.join("\n"), first.b.join("\n"));
    let text = format!("with the image the {aspect} is another: {with} instead of {without}");
    Err(Error::new(Code::BakeFailed, "bake the function", text).with("event", &first.event))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(without_us: u64, with_us: u64) -> Times {
        Times { without_us, with_us }
    }

    #[test]
    fn gains_are_compared_whatever_else_the_machine_did() {
        assert!(times(200, 100).is_better_than(times(100, 60)));
        assert!(!times(100, 60).is_better_than(times(200, 100)) && !times(1, 1).is_better_than(times(2, 2)));
        assert!(times(100, 90).is_clear() && times(100, 110).is_clear() && !times(100, 96).is_clear());
    }
}
