//! What a call has to say: numbers in an array, and a value in a buffer. JavaScript gives both, at the end of the arguments,
//! so that a hit makes neither; a value that the buffer is too small for has one of its own.
//!
//! | at | is |
//! |---|---|
//! | 0 | what is next: see [`Next`] |
//! | 1 | the work's number; 0 for none |
//! | 2 | how many bytes the value has; -1 where it is known that there is none |
//! | 3 | how many bytes after it are marks of tags |
//! | 4 to 8 | created, due, fresh until, stale until, error until: milliseconds since 1970 |
//! | 9 | the epoch in which alone it is good; -1 for any |
//!
//! A mark is 16 bytes for the tag and 8 for its generation.

use super::Bytes;
use super::rules::NANOSECONDS;
use headstart::cache::{Kept, TagMark};
use neon::prelude::*;
use neon::types::JsFloat64Array;
use neon::types::buffer::TypedArray;

const TAG: usize = 16;
const MARK: usize = 24;

/// What is next for one who asks for a value.
#[derive(Debug, Clone, Copy)]
pub(super) enum Next {
    /// To serve it.
    Serve = 0,
    /// To compute it. What comes with it is old.
    Compute = 1,
    /// To claim it again: another process is at it.
    Busy = 2,
}

/// Writes into the array at this position of the arguments, and the buffer after it; gives the buffer that the value is in,
/// `undefined` for nothing.
pub(super) fn write<'cx>(
    cx: &mut FunctionContext<'cx>,
    position: usize,
    next: Next,
    work: u32,
    kept: Option<&Kept<Bytes>>,
) -> JsResult<'cx, JsValue> {
    let mut report = cx.argument::<JsFloat64Array>(position)?;
    if let [at_next, at_work, ..] = report.as_mut_slice(cx) {
        (*at_next, *at_work) = (f64::from(next as u8), f64::from(work));
    }
    match kept {
        Some(kept) => write_kept(cx, position, kept),
        None => Ok(cx.undefined().upcast()),
    }
}

/// The same for a value alone.
#[expect(clippy::cast_precision_loss, reason = "times have a millionth of a millisecond, and lengths are small")]
pub(super) fn write_kept<'cx>(
    cx: &mut FunctionContext<'cx>,
    position: usize,
    kept: &Kept<Bytes>,
) -> JsResult<'cx, JsValue> {
    let mut report = cx.argument::<JsFloat64Array>(position)?;
    let (life, marks) = (kept.life(), kept.tags().len() * MARK);
    if let [_, _, at_length, at_marks, times @ .., epoch] = report.as_mut_slice(cx) {
        *at_length = kept.value().map_or(-1.0, |value| value.len() as f64);
        *at_marks = marks as f64;
        let all = [life.created, life.due, life.fresh_until, life.stale_until, life.error_until];
        for (time, nanoseconds) in times.iter_mut().zip(all) {
            *time = nanoseconds as f64 / NANOSECONDS;
        }
        *epoch = life.epoch.map_or(-1.0, |epoch| epoch as f64);
    }
    let value = kept.value().map_or(&[][..], |value| value);
    let mut buffer = cx.argument::<JsBuffer>(position + 1)?;
    if buffer.as_slice(cx).len() < value.len() + marks {
        buffer = JsBuffer::new(cx, value.len() + marks)?;
    }
    let (at_value, at_marks) = buffer.as_mut_slice(cx).split_at_mut(value.len());
    at_value.copy_from_slice(value);
    for (place, mark) in at_marks.chunks_exact_mut(MARK).zip(kept.tags()) {
        place[..TAG].copy_from_slice(&mark.tag);
        place[TAG..].copy_from_slice(&mark.generation.to_le_bytes());
    }
    Ok(buffer.upcast())
}

/// Marks that were written.
pub(super) fn marks(bytes: &[u8]) -> Vec<TagMark> {
    let (marks, _) = bytes.as_chunks::<MARK>();
    marks.iter().filter_map(read).collect()
}

fn read(mark: &[u8; MARK]) -> Option<TagMark> {
    let (tag, generation) = mark.split_at(TAG);
    Some(TagMark { tag: tag.try_into().ok()?, generation: u64::from_le_bytes(generation.try_into().ok()?) })
}
