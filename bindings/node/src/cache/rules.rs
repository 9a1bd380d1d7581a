//! How long a value is good for, from JavaScript's numbers.

use headstart::cache::Policy;
use neon::prelude::*;
use neon::types::JsFloat64Array;
use neon::types::buffer::TypedArray;
use std::time::Duration;

/// So many are a millisecond.
pub(super) const NANOSECONDS: f64 = 1e6;

/// A policy of `[ttl, stale, staleOnError, refreshAhead, refreshOnRestore, processAlone]`: milliseconds, a negative `ttl`
/// for none, 0 and 1.
pub(super) fn read(cx: &mut FunctionContext<'_>, position: usize) -> NeonResult<Policy> {
    let rules = cx.argument::<JsFloat64Array>(position)?;
    let &[ttl, stale, on_error, ahead, on_restore, process_alone] = rules.as_slice(cx) else {
        return cx.throw_type_error("a policy is six numbers");
    };
    let policy = if ttl < 0.0 { Policy::forever() } else { Policy::ttl(milliseconds(ttl)) };
    // Which of two times applies is JavaScript's to say.
    let negative = if ttl < 0.0 { Duration::MAX } else { milliseconds(ttl) };
    let policy = policy.negative_ttl(negative).stale_while_revalidate(milliseconds(stale));
    let policy = policy.stale_on_error(milliseconds(on_error)).refresh_ahead(milliseconds(ahead));
    let policy = if on_restore == 0.0 { policy } else { policy.refresh_on_restore() };
    Ok(if process_alone == 0.0 { policy } else { policy.no_snapshot() })
}

/// A policy with the tags of an array, for what concerns these alone.
pub(super) fn of_tags(cx: &mut FunctionContext<'_>, position: usize) -> NeonResult<Policy> {
    let values = cx.argument::<JsArray>(position)?.to_vec(cx)?;
    let mut tags = Vec::with_capacity(values.len());
    for value in values {
        tags.push(value.downcast_or_throw::<JsString, _>(cx)?.value(cx));
    }
    Ok(Policy::forever().tags(tags))
}

fn milliseconds(number: f64) -> Duration {
    Duration::try_from_secs_f64(number / 1000.0).unwrap_or(Duration::MAX)
}

/// A number as a count.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates, which is meant")]
pub(super) fn whole(number: f64) -> u64 {
    number as u64
}
