//! What JavaScript has counted.

use super::rules::whole;
use headstart::cache::Statistics;
use neon::prelude::*;
use neon::types::JsFloat64Array;
use neon::types::buffer::TypedArray;

/// The counts of `[processHits, nodeHits, misses, stale, waits, overdue, evictions, damaged]`.
pub(super) fn read(cx: &mut FunctionContext<'_>, position: usize) -> NeonResult<Statistics> {
    let counts = cx.argument::<JsFloat64Array>(position)?;
    let &[process_hits, node_hits, misses, stale, waits, overdue, evictions, damaged] = counts.as_slice(cx) else {
        return cx.throw_type_error("counts are eight numbers");
    };
    let mut counted = Statistics::default();
    counted.process_hits = whole(process_hits);
    counted.node_hits = whole(node_hits);
    counted.misses = whole(misses);
    counted.stale = whole(stale);
    counted.waits = whole(waits);
    counted.overdue = whole(overdue);
    counted.evictions = whole(evictions);
    counted.damaged = whole(damaged);
    Ok(counted)
}

/// With what only the core sees.
pub(super) fn with_faults(mut counted: Statistics, core: &Statistics) -> Statistics {
    counted.damaged += core.damaged;
    counted.errors = core.errors;
    counted
}
