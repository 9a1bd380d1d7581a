//! A function as it is deployed on Lambda, built with `lambda_runtime`.

use lambda_runtime::streaming::{Body, Response, channel};
use lambda_runtime::{Context, Diagnostic, Error, FunctionResponse, LambdaEvent, run, service_fn};
use serde_json::{Value, json};
use std::time::{Duration, SystemTime};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(handle)).await
}

async fn handle(event: LambdaEvent<Value>) -> Result<FunctionResponse<Value, Body>, Diagnostic> {
    let LambdaEvent { payload, context } = event;
    if let Some(text) = payload["raise"].as_str() {
        return Err(Diagnostic { error_type: "Refused".into(), error_message: text.into() });
    }
    if let Some(seconds) = payload["sleep"].as_f64() {
        tokio::time::sleep(Duration::from_secs_f64(seconds)).await;
    }
    Ok(if payload["stream"].is_null() {
        FunctionResponse::BufferedResponse(told(&payload, &context))
    } else {
        FunctionResponse::StreamingResponse(Response::from(pieces()))
    })
}

fn told(event: &Value, context: &Context) -> Value {
    let left = context.deadline().duration_since(SystemTime::now()).unwrap_or_default().as_millis();
    json!({
        "event": event,
        "id": context.request_id,
        "arn": context.invoked_function_arn,
        "name": context.env_config.function_name,
        "custom": context.client_context.as_ref().map(|context| &context.custom),
        "left_ms": u64::try_from(left).unwrap_or(u64::MAX),
        "trace": context.xray_trace_id,
    })
}

fn pieces() -> Body {
    let (mut sender, body) = channel();
    tokio::spawn(async move {
        for piece in ["{\"pie", "ces\"", ": 3}"] {
            if sender.send_data(piece.to_owned().into()).await.is_err() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    body
}
