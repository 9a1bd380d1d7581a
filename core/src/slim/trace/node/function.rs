//! Tracing a function of Node.

use super::followed::Depth;
use super::waves::Waves;
use super::world::World;
use super::{entry, plug_and_play, threads};
use crate::error::Result;
use crate::package::{FileId, Package};
use crate::slim::trace::{Reached, Reason, TraceOptions, Why};

/// Follows the entry and the seeds to every file that they reach.
pub(crate) fn trace(
    package: &Package,
    options: &TraceOptions,
    seeds: &[(FileId, Reason)],
    reached: &mut Reached,
) -> Result<()> {
    let world = World::new(package, options);
    let (path, file) = entry::find(package, world.features.strips_types)?;
    threads::with_large_stacks(|| {
        let mut waves = Waves::new(&world, reached);
        for link in world.tree.links(&path) {
            waves.reach(link, Reason::of(Why::Entry), Depth::Not);
        }
        waves.reach(file, Reason::of(Why::Entry), Depth::Runs);
        for (file, reason) in seeds {
            waves.reach(*file, *reason, if reason.why.runs() { Depth::MayRun } else { Depth::Not });
        }
        waves.run();
        world.add_metadata(reached);
        plug_and_play::check(package, file, reached);
    })
}
