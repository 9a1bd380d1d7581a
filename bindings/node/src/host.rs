//! The host as functions: arguments in, core called on its own threads, promises out.

use crate::settle::{promise, throw};
use headstart::config::environment;
use headstart::{Code, Error, Function, FunctionId, Host, Prewarm, Reply};
use neon::prelude::*;
use neon::types::buffer::TypedArray;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::runtime::Runtime;

/// A host with a runtime of its own.
pub(crate) struct NativeHost {
    host: Arc<Host>,
    /// Dropped after the host that runs on it.
    runtime: Runtime,
    functions: Arc<Mutex<HashMap<u64, FunctionId>>>,
}

impl Finalize for NativeHost {}

type Boxed = JsBox<NativeHost>;

/// `hostNew({stateDir, nativeLauncher, maxWorkers})`.
pub(crate) fn new(mut cx: FunctionContext<'_>) -> JsResult<'_, Boxed> {
    let options = cx.argument::<JsObject>(0)?;
    let mut builder = Host::builder();
    if let Some(path) = text(&mut cx, options, "stateDir")? {
        builder = builder.state_dir(path);
    }
    if let Some(path) = text(&mut cx, options, "nativeLauncher")? {
        builder = builder.native_launcher(path);
    }
    if let Some(most) = options.get_opt::<JsNumber, _, _>(&mut cx, "maxWorkers")? {
        builder = builder.max_workers(whole(most.value(&mut cx)));
    }
    let made = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let made = made.map_err(|error| Error::new(Code::SystemIo, "make the host", error.to_string()));
    let made = made.and_then(|runtime| Ok((runtime.block_on(builder.build())?, runtime)));
    match made {
        Ok((host, runtime)) => Ok(cx.boxed(NativeHost { host: Arc::new(host), runtime, functions: Arc::default() })),
        Err(error) => throw(&mut cx, &error),
    }
}

/// `hostRegister(host, {path, entry, runtime, interpreter, preload, environment, inherit})`: a promise of the function's number.
pub(crate) fn register(mut cx: FunctionContext<'_>) -> JsResult<'_, JsPromise> {
    let this = cx.argument::<Boxed>(0)?;
    let spec = cx.argument::<JsObject>(1)?;
    let path = spec.get::<JsString, _, _>(&mut cx, "path")?.value(&mut cx);
    let mut function = match Function::from_config(path) {
        Ok(function) => function,
        Err(error) => return throw(&mut cx, &error),
    };
    if let Some(entry) = text(&mut cx, spec, "entry")? {
        function = function.entry(entry);
    }
    if let Some(runtime) = text(&mut cx, spec, "runtime")? {
        function = function.runtime(runtime);
    }
    if let Some(program) = text(&mut cx, spec, "interpreter")? {
        function = function.interpreter(program);
    }
    if let Some(file) = text(&mut cx, spec, "preload")? {
        function = function.preload_file(file);
    }
    if spec.get_opt::<JsBoolean, _, _>(&mut cx, "inherit")?.is_none_or(|inherit| inherit.value(&mut cx)) {
        function = function.envs(environment::all());
    }
    let function = function.envs(variables(&mut cx, spec)?);
    let (host, functions) = (Arc::clone(&this.host), Arc::clone(&this.functions));
    let work = async move {
        let id = host.register(function).await?;
        let mut functions = functions.lock().unwrap_or_else(PoisonError::into_inner);
        let number = functions.len() as u64 + 1;
        functions.insert(number, id);
        Ok(number)
    };
    #[expect(clippy::cast_precision_loss, reason = "functions are counted")]
    Ok(promise(&mut cx, &this.runtime, work, |cx, number| Ok(cx.number(number as f64))))
}

/// `hostPrewarm(host, function, tier, count)`.
pub(crate) fn prewarm(mut cx: FunctionContext<'_>) -> JsResult<'_, JsPromise> {
    let this = cx.argument::<Boxed>(0)?;
    let id = find(&mut cx, &this)?;
    let tier = cx.argument::<JsString>(2)?.value(&mut cx);
    let count = cx.argument::<JsNumber>(3)?.value(&mut cx);
    let what = match Prewarm::named(&tier, whole(count)) {
        Ok(what) => what,
        Err(error) => return throw(&mut cx, &error),
    };
    let host = Arc::clone(&this.host);
    Ok(promise(&mut cx, &this.runtime, async move { host.prewarm(&id, what).await }, |cx, ()| Ok(cx.undefined())))
}

/// `hostInvoke(host, function, payload, timeoutMs)`: a promise of `{payload, stdout, stderr, tier, timings}`.
pub(crate) fn invoke(mut cx: FunctionContext<'_>) -> JsResult<'_, JsPromise> {
    let this = cx.argument::<Boxed>(0)?;
    let id = find(&mut cx, &this)?;
    let event = cx.argument::<JsBuffer>(2)?.as_slice(&cx).to_vec();
    let timeout = milliseconds(&mut cx, 3)?;
    let host = Arc::clone(&this.host);
    Ok(promise(&mut cx, &this.runtime, async move { host.invoke(&id, event, timeout).await }, |cx, reply| {
        object(cx, &reply)
    }))
}

/// `hostStop(host, graceMs)`.
pub(crate) fn stop(mut cx: FunctionContext<'_>) -> JsResult<'_, JsPromise> {
    let this = cx.argument::<Boxed>(0)?;
    let grace = milliseconds(&mut cx, 1)?;
    let host = Arc::clone(&this.host);
    let work = async move {
        host.stop(grace).await;
        Ok(())
    };
    Ok(promise(&mut cx, &this.runtime, work, |cx, ()| Ok(cx.undefined())))
}

fn object<'cx>(cx: &mut Cx<'cx>, reply: &Reply) -> JsResult<'cx, JsObject> {
    let object = cx.empty_object();
    let output = reply.output();
    for (name, bytes) in [("payload", reply.payload()), ("stdout", &output.stdout), ("stderr", &output.stderr)] {
        let buffer = JsBuffer::from_slice(cx, bytes)?;
        object.set(cx, name, buffer)?;
    }
    let tier = cx.string(reply.tier().name());
    object.set(cx, "tier", tier)?;
    let timings = cx.empty_object();
    if let Ok(serde_json::Value::Object(fields)) = serde_json::to_value(reply.timings()) {
        for (name, value) in fields {
            let value = cx.number(value.as_f64().unwrap_or(0.0));
            timings.set(cx, name.as_str(), value)?;
        }
    }
    object.set(cx, "timings", timings)?;
    Ok(object)
}

fn find(cx: &mut FunctionContext<'_>, this: &NativeHost) -> NeonResult<FunctionId> {
    let number = cx.argument::<JsNumber>(1)?.value(cx);
    let functions = this.functions.lock().unwrap_or_else(PoisonError::into_inner);
    let found = functions.get(&(whole(number) as u64)).cloned();
    drop(functions);
    match found {
        Some(id) => Ok(id),
        None => throw(cx, &Error::new(Code::FunctionNotRegistered, "find the function", "this host does not know it")),
    }
}

fn text(cx: &mut FunctionContext<'_>, object: Handle<'_, JsObject>, name: &str) -> NeonResult<Option<String>> {
    Ok(object.get_opt::<JsString, _, _>(cx, name)?.map(|text| text.value(cx)))
}

fn variables(cx: &mut FunctionContext<'_>, spec: Handle<'_, JsObject>) -> NeonResult<Vec<(String, String)>> {
    let Some(object) = spec.get_opt::<JsObject, _, _>(cx, "environment")? else { return Ok(Vec::new()) };
    let names = object.get_own_property_names(cx)?.to_vec(cx)?;
    let mut variables = Vec::new();
    for name in names {
        let name = name.downcast_or_throw::<JsString, _>(cx)?.value(cx);
        let value = object.get::<JsString, _, _>(cx, name.as_str())?.value(cx);
        variables.push((name, value));
    }
    Ok(variables)
}

fn milliseconds(cx: &mut FunctionContext<'_>, position: usize) -> NeonResult<Duration> {
    let time = cx.argument::<JsNumber>(position)?.value(cx);
    Ok(Duration::try_from_secs_f64(time / 1000.0).unwrap_or_default())
}

/// A JavaScript number as a count.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates, which is meant")]
fn whole(number: f64) -> usize {
    number as usize
}
