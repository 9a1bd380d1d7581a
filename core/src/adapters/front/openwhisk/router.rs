//! `/init` and `/run`.

use super::super::served::{Invoked, Served};
use super::action::Action;
use crate::adapters::openwhisk::LOG_END;
use crate::error::{Code, Error, Output};
use crate::host::Deadline;
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::routing::post;
use http::{HeaderValue, Response, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub(in super::super) fn router(served: Arc<Served>) -> Router {
    Router::new().route("/init", post(init)).route("/run", post(run)).with_state(served)
}

#[derive(Debug, Deserialize)]
struct Init {
    #[serde(default)]
    value: Action,
}

async fn init(State(served): State<Arc<Served>>, body: Body) -> Response<Body> {
    let init: Init = match read(&served, body).await {
        Ok(init) => init,
        Err(refusal) => return refusal,
    };
    let _one_at_a_time = served.initializing.lock().await;
    if served.known().is_some() {
        return error(StatusCode::FORBIDDEN, "Cannot initialize the action more than once.");
    }
    let (base, runtime) = (served.code.clone(), served.runtime.clone());
    let laid_out = tokio::task::spawn_blocking(move || init.value.lay_out(&base, runtime.as_deref())).await;
    let brought = match laid_out {
        Ok(Ok(function)) => served.bring(function).await,
        Ok(Err(error)) => Err(error),
        Err(error) => Err(Error::new(Code::SystemIo, "initialize the action", error.to_string())),
    };
    match brought {
        Ok(()) => answer(StatusCode::OK, &json!({"ok": true})),
        Err(failed) => {
            served.logs.take(&ended(failed.output().cloned().unwrap_or_default()));
            error(StatusCode::BAD_GATEWAY, &format!("The action failed to initialize: {}", failed.message()))
        }
    }
}

#[derive(Debug, Deserialize)]
struct Run {
    #[serde(default)]
    value: Map<String, Value>,
    /// Names by which the platform calls what it says of an activation.
    #[serde(flatten)]
    told: Map<String, Value>,
}

async fn run(State(served): State<Arc<Served>>, body: Body) -> Response<Body> {
    let run: Run = match read(&served, body).await {
        Ok(run) => run,
        Err(refusal) => return refusal,
    };
    if served.known().is_none() {
        return error(StatusCode::FORBIDDEN, "Cannot run an action that was not initialized.");
    }
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
    let told: Map<String, Value> = run.told.iter().map(|(name, value)| (name.clone(), text(value).into())).collect();
    let said = |name: &str| told.get(name).and_then(Value::as_str);
    let deadline = said("deadline").and_then(deadline);
    let context = json!({"request_id": said("activation_id"), "client_context": {"openwhisk": told}});
    let Invoked { result, output } =
        served.invoke(Value::Object(run.value).to_string().into_bytes(), context, deadline).await;
    served.logs.take(&ended(output));
    match result {
        Ok(result) if [Some(&b'{'), Some(&b'[')].contains(&result.first()) => {
            let mut answered = answer(StatusCode::OK, &Value::Null);
            *answered.body_mut() = Body::from(result);
            answered
        }
        Ok(_) => error(StatusCode::BAD_GATEWAY, "The action did not return a dictionary or array."),
        Err(failed) => error(StatusCode::BAD_GATEWAY, &format!("An error has occurred: {}", failed.message())),
    }
}

/// Milliseconds since 1970, as a time of this process.
fn deadline(text: &str) -> Option<Deadline> {
    let at = Duration::from_millis(text.parse().ok()?);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    Some(Deadline::after(at.saturating_sub(now)))
}

async fn read<T: for<'de> Deserialize<'de>>(served: &Served, body: Body) -> Result<T, Response<Body>> {
    let body = served.body(body).await.map_err(|status| error(status, "The request could not be read."))?;
    serde_json::from_slice(&body).map_err(|wrong| error(StatusCode::BAD_REQUEST, &wrong.to_string()))
}

fn ended(mut output: Output) -> Output {
    for stream in [&mut output.stdout, &mut output.stderr] {
        if stream.last().is_some_and(|last| *last != b'\n') {
            stream.push(b'\n');
        }
        stream.extend_from_slice(LOG_END.as_bytes());
    }
    output
}

fn error(status: StatusCode, text: &str) -> Response<Body> {
    answer(status, &json!({"error": text}))
}

fn answer(status: StatusCode, body: &Value) -> Response<Body> {
    let mut answer = Response::new(Body::from(body.to_string()));
    *answer.status_mut() = status;
    answer.headers_mut().insert("content-type", HeaderValue::from_static("application/json"));
    answer
}
