//! What a call has to say besides a value: numbers in an array that JavaScript reads.
//!
//! | at | is |
//! |---|---|
//! | 0 | what is next: see [`Next`] |
//! | 1 | the work's number; 0 for none |
//! | 2 | whether there is a value: 1, or 0 where it is known that there is none |
//! | 3 | how many bytes at the value's end are marks of tags |
//! | 4 to 8 | created, due, fresh until, stale until, error until: milliseconds since 1970 |
//! | 9 | the epoch in which alone it is good; -1 for any |
//!
//! A mark is 16 bytes for the tag and 8 for its generation. They follow the value in its buffer, so that a hit makes one.

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

/// Writes into the array at this position of the arguments; gives the value with its marks, `undefined` for nothing.
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
    if let [_, _, is_there, at_marks, times @ .., epoch] = report.as_mut_slice(cx) {
        *is_there = if kept.value().is_some() { 1.0 } else { 0.0 };
        *at_marks = marks as f64;
        let all = [life.created, life.due, life.fresh_until, life.stale_until, life.error_until];
        for (time, nanoseconds) in times.iter_mut().zip(all) {
            *time = nanoseconds as f64 / NANOSECONDS;
        }
        *epoch = life.epoch.map_or(-1.0, |epoch| epoch as f64);
    }
    let value = kept.value().map_or(&[][..], |value| value);
    let buffer = if marks == 0 {
        JsBuffer::from_slice(cx, value)?
    } else {
        JsBuffer::from_slice(cx, &[value, &written(kept.tags())].concat())?
    };
    Ok(buffer.upcast())
}

fn written(marks: &[TagMark]) -> Vec<u8> {
    marks.iter().flat_map(|mark| mark.tag.into_iter().chain(mark.generation.to_le_bytes())).collect()
}

/// Marks that were written.
pub(super) fn marks(bytes: &[u8]) -> Vec<TagMark> {
    let (marks, _) = bytes.as_chunks::<MARK>();
    marks.iter().filter_map(|mark| read(mark)).collect()
}

fn read(mark: &[u8; MARK]) -> Option<TagMark> {
    let (tag, generation) = mark.split_at(TAG);
    Some(TagMark { tag: tag.try_into().ok()?, generation: u64::from_le_bytes(generation.try_into().ok()?) })
}
