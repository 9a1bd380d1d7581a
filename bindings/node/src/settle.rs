//! From futures of the core to promises.

use headstart::Error;
use neon::prelude::*;
use tokio::runtime::Runtime;

/// Runs `work` on the runtime and settles a promise with what `convert` makes of its result. An error becomes
/// one whose message is the error as JSON, and whose streams are on it as `stdout` and `stderr`.
pub(crate) fn promise<'cx, T, V>(
    cx: &mut FunctionContext<'cx>,
    runtime: &Runtime,
    work: impl Future<Output = Result<T, Error>> + Send + 'static,
    convert: impl for<'a> FnOnce(&mut Cx<'a>, T) -> JsResult<'a, V> + Send + 'static,
) -> Handle<'cx, JsPromise>
where
    T: Send + 'static,
    V: Value,
{
    let (deferred, promise) = cx.promise();
    let channel = cx.channel();
    runtime.spawn(async move {
        let outcome = work.await;
        deferred.settle_with(&channel, move |mut cx| match outcome {
            Ok(value) => convert(&mut cx, value).map(|value| value.upcast::<JsValue>()),
            Err(error) => {
                let error = error_object(&mut cx, &error)?;
                cx.throw(error)
            }
        });
    });
    promise
}

/// Throws an error of the core.
pub(crate) fn throw<T>(cx: &mut FunctionContext<'_>, error: &Error) -> NeonResult<T> {
    let error = error_object(cx, error)?;
    cx.throw(error)
}

fn error_object<'cx>(cx: &mut Cx<'cx>, error: &Error) -> JsResult<'cx, JsError> {
    let object = JsError::error(cx, error.to_json().to_string())?;
    if let Some(output) = error.output() {
        let stdout = JsBuffer::from_slice(cx, &output.stdout)?;
        let stderr = JsBuffer::from_slice(cx, &output.stderr)?;
        object.set(cx, "stdout", stdout)?;
        object.set(cx, "stderr", stderr)?;
    }
    Ok(object)
}
