//! Whether an image that was baked does what it should: it is accepted, and nothing that the function does is another.

use super::options::BakeOptions;
use crate::error::{Code, Error, Result};
use crate::instance::Tier;
use crate::package::Package;
use crate::trial::session::Session;
use crate::trial::verify::{Comparison, verify_image};
use std::path::Path;
use std::time::Duration;

/// How often the start is timed, with and without the image.
const RUNS: usize = 5;

/// Microseconds until the function is ready and has answered its first event, where it has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Times {
    pub(super) without_us: u64,
    pub(super) with_us: u64,
}

/// Times the start with and without the image, the best of some; fails where the image is not accepted.
pub(super) async fn time(package: &Package, image: &Path, options: &BakeOptions) -> Result<Times> {
    let mut times = Times { without_us: u64::MAX, with_us: u64::MAX };
    let mut with_image = options.trial.clone();
    with_image.image = Some(image.to_owned());
    for _ in 0..RUNS {
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
