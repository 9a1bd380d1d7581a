//! The node's tier of a cache as functions: synchronous, and none of them waits. What the process holds is JavaScript's own.

mod counts;
mod report;
mod rules;

use headstart::cache::{self, Cache, Claim, Clearing, Moment, Step, TagMark, Work};
use neon::prelude::*;
use neon::types::buffer::TypedArray;
use report::Next;
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

/// A cache of one thread.
pub(crate) struct NativeCache {
    core: Cache<Bytes>,
    works: RefCell<Works>,
    cleared: Clearing,
}

impl Finalize for NativeCache {}

type Boxed = JsBox<NativeCache>;
type Bytes = Arc<[u8]>;

/// What is being computed, by numbers that JavaScript has for it; 0 is none.
#[derive(Default)]
struct Works {
    last: u32,
    running: HashMap<u32, Work<Bytes>>,
}

impl Works {
    fn add(&mut self, work: Work<Bytes>) -> u32 {
        self.last = self.last.checked_add(1).unwrap_or(1);
        self.running.insert(self.last, work);
        self.last
    }
}

/// `cacheOpen(name, code, codec, directory, nodeBytes, maxValueBytes)`; the user's own directory where none is named.
pub(crate) fn open(mut cx: FunctionContext<'_>) -> JsResult<'_, Boxed> {
    let [name, code, codec, directory] = [text(&mut cx, 0)?, text(&mut cx, 1)?, text(&mut cx, 2)?, text(&mut cx, 3)?];
    let (node_bytes, largest) = (number(&mut cx, 4)?, number(&mut cx, 5)?);
    // What codecs are called is in the namespace with the code; the core's own is for bytes.
    let code = format!("{} {codec} {code}", codec.len());
    let builder = Cache::builder(&name).code(&code).held_elsewhere();
    let builder =
        builder.node_bytes(rules::whole(node_bytes)).largest(rules::whole(largest).try_into().unwrap_or(usize::MAX));
    let builder = if directory.is_empty() { builder.on_node() } else { builder.directory(directory) };
    Ok(cx.boxed(NativeCache { core: builder.bytes(), works: RefCell::default(), cleared: Clearing::default() }))
}

/// `cacheProblem(cache)`: why nothing is kept on the node; `undefined` where it is.
pub(crate) fn problem(mut cx: FunctionContext<'_>) -> JsResult<'_, JsValue> {
    let this = cx.argument::<Boxed>(0)?;
    match this.core.problem() {
        Some(problem) => Ok(cx.string(problem).upcast()),
        None if this.core.is_shared() => Ok(cx.undefined().upcast()),
        None => Ok(cx.string("there is no directory for it: neither HEADSTART_CACHE_DIR nor HOME is set").upcast()),
    }
}

/// `cacheAsk(cache, key, report, buffer)`: what there is for a key, and a work where it is to be computed.
pub(crate) fn ask(mut cx: FunctionContext<'_>) -> JsResult<'_, JsValue> {
    let this = cx.argument::<Boxed>(0)?;
    let key = text(&mut cx, 1)?;
    match this.core.ask(key) {
        Step::Serve(kept) => report::write(&mut cx, 2, Next::Serve, 0, Some(&kept)),
        Step::Wait(waiting) => this.answer(&mut cx, 2, Next::Compute, waiting.into_work()),
        Step::Compute(work) => this.answer(&mut cx, 2, Next::Compute, work),
    }
}

/// `cacheClaim(cache, work, tags, report, buffer)`: takes the turn among processes, and notes how the tags are.
pub(crate) fn claim(mut cx: FunctionContext<'_>) -> JsResult<'_, JsValue> {
    let this = cx.argument::<Boxed>(0)?;
    let Some(work) = this.take(&mut cx)? else { return Ok(cx.undefined().upcast()) };
    let policy = rules::of_tags(&mut cx, 2)?;
    match this.core.claim(work, &policy, std::time::Duration::ZERO) {
        Claim::Serve(kept) => report::write(&mut cx, 3, Next::Serve, 0, Some(&kept)),
        Claim::Compute(work) => this.answer(&mut cx, 3, Next::Compute, work),
        Claim::Busy(work) => this.answer(&mut cx, 3, Next::Busy, work),
    }
}

/// `cacheRenew(cache, key, tags)`: a work whatever there is.
pub(crate) fn renew(mut cx: FunctionContext<'_>) -> JsResult<'_, JsNumber> {
    let this = cx.argument::<Boxed>(0)?;
    let key = text(&mut cx, 1)?;
    let policy = rules::of_tags(&mut cx, 2)?;
    let number = this.works.borrow_mut().add(this.core.renew(key, &policy));
    Ok(cx.number(number))
}

/// `cacheComplete(cache, work, bytes, rules, report, buffer)`: keeps a value, or with `null` that there is none.
pub(crate) fn complete(mut cx: FunctionContext<'_>) -> JsResult<'_, JsValue> {
    let this = cx.argument::<Boxed>(0)?;
    let Some(work) = this.take(&mut cx)? else { return Ok(cx.undefined().upcast()) };
    let value = match cx.argument::<JsValue>(2)?.downcast::<JsBuffer, _>(&mut cx) {
        Ok(buffer) => Some(Bytes::from(buffer.as_slice(&cx))),
        Err(_) => None,
    };
    let policy = rules::read(&mut cx, 3)?;
    let Ok(kept) = this.core.complete(work, &policy, Ok::<_, std::convert::Infallible>(value));
    report::write_kept(&mut cx, 4, &kept)
}

/// `cacheRelease(cache, work)`: others may compute it.
pub(crate) fn release(mut cx: FunctionContext<'_>) -> JsResult<'_, JsUndefined> {
    let this = cx.argument::<Boxed>(0)?;
    drop(this.take(&mut cx)?);
    Ok(cx.undefined())
}

/// `cacheRemove(cache, key)`: whether there was one.
pub(crate) fn remove(mut cx: FunctionContext<'_>) -> JsResult<'_, JsBoolean> {
    let this = cx.argument::<Boxed>(0)?;
    let key = text(&mut cx, 1)?;
    Ok(cx.boolean(this.core.remove(key)))
}

/// `cacheClear(cache)`.
pub(crate) fn clear(mut cx: FunctionContext<'_>) -> JsResult<'_, JsUndefined> {
    cx.argument::<Boxed>(0)?.core.clear();
    Ok(cx.undefined())
}

/// `cacheInvalidate(cache, tag)`.
pub(crate) fn invalidate(mut cx: FunctionContext<'_>) -> JsResult<'_, JsUndefined> {
    let this = cx.argument::<Boxed>(0)?;
    this.core.invalidate(&text(&mut cx, 1)?);
    Ok(cx.undefined())
}

/// `cacheIsValid(cache, marks)`: whether no tag of a value was invalidated since.
pub(crate) fn is_valid(mut cx: FunctionContext<'_>) -> JsResult<'_, JsBoolean> {
    let this = cx.argument::<Boxed>(0)?;
    let marks: Vec<TagMark> = report::marks(cx.argument::<JsBuffer>(1)?.as_slice(&cx));
    Ok(cx.boolean(this.core.is_valid(&marks)))
}

/// `cacheWasCleared(cache, counts, now)`: whether another has cleared it since; it is looked for once a second. What was
/// done is told then.
pub(crate) fn was_cleared(mut cx: FunctionContext<'_>) -> JsResult<'_, JsBoolean> {
    let this = cx.argument::<Boxed>(0)?;
    let counted = counts::read(&mut cx, 1)?;
    let now = Moment { wall_ns: rules::whole(number(&mut cx, 2)? * rules::NANOSECONDS), epoch: cache::epoch() };
    Ok(cx.boolean(this.core.has_been_cleared(&this.cleared, now, |core| counts::with_faults(counted, &core))))
}

/// `cacheTellNow(cache, counts)`: tells what was done and is not told yet.
pub(crate) fn tell_now(mut cx: FunctionContext<'_>) -> JsResult<'_, JsUndefined> {
    let this = cx.argument::<Boxed>(0)?;
    let done = counts::with_faults(counts::read(&mut cx, 1)?, &this.core.statistics());
    this.core.tell_now(&done);
    Ok(cx.undefined())
}

/// `cacheFaults(cache)`: `damaged` and `errors`, as JSON text with the other statistics.
pub(crate) fn faults(mut cx: FunctionContext<'_>) -> JsResult<'_, JsString> {
    let statistics = cx.argument::<Boxed>(0)?.core.statistics();
    Ok(cx.string(serde_json::to_string(&statistics).unwrap_or_default()))
}

/// `cacheRestored(epoch)`.
pub(crate) fn restored(mut cx: FunctionContext<'_>) -> JsResult<'_, JsUndefined> {
    cache::restored(rules::whole(number(&mut cx, 0)?));
    Ok(cx.undefined())
}

impl NativeCache {
    fn answer<'cx>(
        &self,
        cx: &mut FunctionContext<'cx>,
        report: usize,
        next: Next,
        work: Work<Bytes>,
    ) -> JsResult<'cx, JsValue> {
        let old = work.old().cloned();
        let number = self.works.borrow_mut().add(work);
        report::write(cx, report, next, number, old.as_ref())
    }

    /// The work with the number that is the second argument.
    fn take(&self, cx: &mut FunctionContext<'_>) -> NeonResult<Option<Work<Bytes>>> {
        let number = u32::try_from(rules::whole(number(cx, 1)?)).unwrap_or(0);
        Ok(self.works.borrow_mut().running.remove(&number))
    }
}

fn text(cx: &mut FunctionContext<'_>, position: usize) -> NeonResult<String> {
    Ok(cx.argument::<JsString>(position)?.value(cx))
}

fn number(cx: &mut FunctionContext<'_>, position: usize) -> NeonResult<f64> {
    Ok(cx.argument::<JsNumber>(position)?.value(cx))
}
