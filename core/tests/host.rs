//! The host: pools, limits, ends, and workers that must not disturb each other.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod support;

use headstart::host::Request;
use headstart::instance::PreloadSet;
use headstart::{Code, Function, FunctionId, Prewarm};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use support::setting::{SOON, Setting, gone};

fn package() -> PathBuf {
    support::testdata().join("host/behave")
}

fn behave() -> Function {
    Function::from_dir(package(), "app.handler").runtime("python")
}

async fn setting(max_workers: usize, function: Function) -> Setting {
    Setting::of(function, |it| it.max_workers(max_workers)).await
}

#[tokio::test]
async fn what_cannot_be_registered_is_told_at_once() {
    let state = tempfile::tempdir().expect("a directory");
    let host = support::host(state.path()).build().await.expect("a host");
    let cases = [
        (Function::from_dir("/no/such/package", "app.handler"), Code::FunctionNotFound),
        (Function::from_dir(package().join("app.py"), "app.handler"), Code::FunctionNotFound),
        (Function::from_dir(package(), "handler"), Code::EntryInvalid),
        (Function::from_dir(package(), "../app.handler"), Code::EntryInvalid),
        (Function::from_dir(package(), "missing.handler"), Code::EntryNotFound),
        (behave().runtime("ruby3.3"), Code::RuntimeUnknown),
        (behave().runtime("python3.99"), Code::RuntimeNotFound),
        (behave().interpreter("/no/such/python"), Code::RuntimeNotFound),
        (behave().interpreter("/bin/true"), Code::RuntimeNotFound),
        (behave().interpreter(support::testdata().join("interpreters/too_old")), Code::RuntimeTooOld),
        (behave().preload_file("/no/such/set"), Code::PreloadSetInvalid),
    ];
    for (function, code) in cases {
        let told = format!("{function:?}");
        let error = host.register(function).await.expect_err("it cannot be registered");
        assert_eq!(error.code(), code, "{error} of {told}");
    }
    let stranger = setting(1, behave()).await.function;
    assert_eq!(host.invoke(&stranger, "{}", SOON).await.unwrap_err().code(), Code::FunctionNotRegistered);
}

#[tokio::test]
async fn payloads_are_checked() {
    let state = tempfile::tempdir().expect("a directory");
    let host = support::host(state.path()).max_payload(100).build().await.expect("a host");
    let function = host.register(behave()).await.expect("registered");
    let error = host.invoke(&function, vec![b' '; 101], SOON).await.unwrap_err();
    assert_eq!(error.to_string(), "invoke behave: the event has 101 bytes, the limit is 100");
    for event in ["{", "", "NaN", "\u{0}", "[1,]"] {
        let error = host.invoke(&function, event, SOON).await.unwrap_err();
        assert_eq!(error.code(), Code::PayloadInvalidJson, "{event:?}: {error}");
    }
}

#[tokio::test]
async fn an_instance_serves_again_and_its_context_is_the_requests_own() {
    let setting = setting(2, behave().env("GREETING", "hello")).await;
    let first = setting.call(json!({})).await.expect("a reply");
    let request = Request::new("{}").context(json!({"request_id": "a-1"}));
    let second = setting.host.invoke_request(&setting.function, request).await.expect("a reply");
    assert_eq!(second.tier().name(), "warm");
    let second: Value = serde_json::from_slice(second.payload()).expect("JSON");
    assert_eq!((&second["pid"], &second["count"], &second["request_id"]), (&first["pid"], &json!(2), &json!("a-1")));
    assert_eq!(second["descriptors"], json!(["/dev/null", "pipe", "pipe", "socket"]));
    assert_eq!(second["environment"]["GREETING"], "hello");
    assert_eq!(second["environment"].get("CARGO_MANIFEST_DIR"), None, "the host's own variables are not passed on");
}

#[tokio::test]
async fn a_worker_that_dies_hangs_or_floods_disturbs_nobody() {
    let setting = Arc::new(setting(8, behave()).await);
    let call = |event: Value, time: u64| {
        let setting = Arc::clone(&setting);
        tokio::spawn(async move {
            setting.call_within(event, Duration::from_millis(time)).await.map_err(|error| error.code())
        })
    };
    let bad = [
        (call(json!({"do": "die"}), 5_000), Code::WorkerExited),
        (call(json!({"do": "spin"}), 1_500), Code::TimedOut),
        (call(json!({"do": "sleep", "seconds": 60}), 1_500), Code::TimedOut),
        (call(json!({"do": "flood"}), 1_500), Code::TimedOut),
    ];
    for _ in 0..20 {
        let good = setting.call_within(json!({"do": "sleep", "seconds": 0.02}), Duration::from_secs(5)).await;
        assert!(good.is_ok(), "{good:?}");
    }
    for (bad, code) in bad {
        assert_eq!(bad.await.expect("no panic").unwrap_err(), code);
    }
}

#[tokio::test]
async fn an_idle_worker_that_dies_is_replaced() {
    let setting = setting(2, behave()).await;
    let first = setting.call(json!({"do": "die_later"})).await.expect("a reply");
    assert!(gone(first["pid"].as_u64().expect("a number")).await);
    let second = setting.call(json!({})).await.expect("a reply");
    assert_ne!(first["pid"], second["pid"]);
}

#[tokio::test]
async fn what_a_killed_worker_started_is_killed_with_it() {
    let setting = setting(2, behave()).await;
    let child = setting.call(json!({"do": "child"})).await.expect("a reply")["child"].as_u64().expect("a number");
    setting.host.drain(&setting.function).expect("drained");
    assert!(gone(child).await);
}

#[tokio::test]
async fn places_are_limited_and_whoever_waits_gets_the_next() {
    let setting = Arc::new(setting(1, behave()).await);
    let busy = {
        let setting = Arc::clone(&setting);
        tokio::spawn(async move { setting.call(json!({"do": "sleep", "seconds": 1.0})).await })
    };
    tokio::time::sleep(Duration::from_millis(300)).await;
    let impatient = setting.call_within(json!({}), Duration::from_millis(200)).await.unwrap_err();
    assert_eq!((impatient.code(), impatient.is_retryable()), (Code::HostOverloaded, true));
    let patient = setting.call(json!({})).await.expect("a reply");
    assert_eq!(patient["count"], 2, "the instance that came free serves");
    busy.await.expect("no panic").expect("a reply");
}

#[tokio::test]
async fn a_function_that_is_gone_keeps_no_place_for_its_other_requests() {
    let setting = Arc::new(setting(2, behave()).await);
    let other = setting.host.register(behave().name("other")).await.expect("registered");
    let [short, long] = [0.5, 4.0].map(|seconds| {
        let setting = Arc::clone(&setting);
        tokio::spawn(async move { setting.call(json!({"do": "sleep", "seconds": seconds})).await })
    });
    while setting.host.report(&setting.function).expect("a report").busy.len() < 2 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    setting.host.unregister(&setting.function);
    short.await.expect("no panic").expect("a reply");
    let impatient = Request::new("{}").deadline(SOON).at_once();
    setting.host.invoke_request(&other, impatient).await.expect("there is a place");
    assert!(!long.is_finished(), "the other request is in flight");
    long.await.expect("no panic").expect("a reply");
}

#[tokio::test]
async fn a_function_has_no_more_instances_than_it_may() {
    let setting = setting(8, behave().max_workers(2)).await;
    setting.host.prewarm(&setting.function, Prewarm::warm(2)).await.expect("two instances");
    let error = setting.host.prewarm(&setting.function, Prewarm::warm(3)).await.unwrap_err();
    assert_eq!(error.code(), Code::HostOverloaded);
    assert_eq!(setting.host.report(&setting.function).expect("a report").idle.len(), 2);
}

#[tokio::test]
async fn prewarming_more_than_there_are_places_for_ends_nobody() {
    let setting = setting(2, behave()).await;
    setting.host.prewarm(&setting.function, Prewarm::stem(1)).await.expect("a stem");
    let error = setting.host.prewarm(&setting.function, Prewarm::warm(2)).await.unwrap_err();
    assert_eq!(error.code(), Code::HostOverloaded);
    let report = setting.host.report(&setting.function).expect("a report");
    assert_eq!((report.idle.len(), report.stems.len()), (1, 1));
}

#[tokio::test]
async fn stems_make_room_where_there_is_no_other_place() {
    let setting = setting(2, behave()).await;
    let other = setting.host.register(behave().name("other")).await.expect("registered");
    setting.host.prewarm(&other, Prewarm::stem(2)).await.expect("stems");
    setting.call_within(json!({}), Duration::from_secs(5)).await.expect("a reply");
    setting.host.prewarm(&other, Prewarm::zygote()).await.expect("a zygote");
    setting.host.invoke(&other, "{}", Duration::from_secs(5)).await.expect("a reply");
}

#[tokio::test]
async fn whoever_waits_is_told_of_every_instance_that_comes_back() {
    let setting = Arc::new(setting(2, behave()).await);
    let other = setting.host.register(behave().name("other")).await.expect("registered");
    let call = |id: &FunctionId| {
        let (setting, id) = (Arc::clone(&setting), id.clone());
        let event = json!({"do": "sleep", "seconds": 0.01}).to_string();
        tokio::spawn(async move { setting.host.invoke(&id, event, Duration::from_secs(10)).await.map(drop) })
    };
    let calls: Vec<_> = (0..40).map(|at| call(if at % 2 == 0 { &setting.function } else { &other })).collect();
    for call in calls {
        call.await.expect("no panic").expect("a reply");
    }
}

#[tokio::test]
async fn a_stopped_host_starts_nothing() {
    let setting = setting(2, behave()).await;
    setting.host.stop(Duration::MAX).await;
    for prewarm in [Prewarm::warm(1), Prewarm::stem(1), Prewarm::zygote()] {
        let error = setting.host.prewarm(&setting.function, prewarm).await.unwrap_err();
        assert_eq!(error.code(), Code::HostStopped);
    }
}

#[tokio::test]
async fn a_deadline_that_has_passed_keeps_the_event_from_the_function() {
    let setting = setting(2, behave()).await;
    let count = setting.call(json!({})).await.expect("a reply")["count"].clone();
    let late = setting.call_within(json!({}), Duration::ZERO).await.unwrap_err();
    assert_eq!(late.code(), Code::TimedOut);
    let next = setting.call(json!({})).await.expect("a reply")["count"].clone();
    assert_eq!((count, next), (json!(1), json!(2)));
}

#[tokio::test]
async fn an_idle_instance_makes_room_for_another_function() {
    let setting = setting(1, behave()).await;
    let other = setting.host.register(behave().name("other")).await.expect("registered");
    let first = setting.call(json!({})).await.expect("a reply");
    setting.host.invoke(&other, "{}", SOON).await.expect("a reply");
    assert!(gone(first["pid"].as_u64().expect("a number")).await);
    let again = setting.call(json!({})).await.expect("a reply");
    assert_eq!(again["count"], 1, "it is a new instance");
}

#[tokio::test]
async fn a_request_that_is_given_up_ends_its_instance() {
    let setting = setting(2, behave()).await;
    let pid = setting.call(json!({})).await.expect("a reply")["pid"].as_u64().expect("a number");
    let given_up =
        tokio::time::timeout(Duration::from_millis(200), setting.call(json!({"do": "sleep", "seconds": 30})));
    assert!(given_up.await.is_err());
    assert!(gone(pid).await);
    assert_eq!(setting.host.report(&setting.function).expect("a report").in_flight, 0);
}

#[tokio::test]
async fn stopping_gives_up_what_takes_too_long() {
    let setting = Arc::new(setting(2, behave()).await);
    let busy = {
        let setting = Arc::clone(&setting);
        tokio::spawn(async move { setting.call(json!({"do": "sleep", "seconds": 30})).await })
    };
    tokio::time::sleep(Duration::from_millis(500)).await;
    let begun = Instant::now();
    setting.host.stop(Duration::from_millis(300)).await;
    assert!(begun.elapsed() < Duration::from_secs(2));
    assert_eq!(busy.await.expect("no panic").unwrap_err().code(), Code::HostStopped);
    assert_eq!(setting.call(json!({})).await.unwrap_err().code(), Code::HostStopped);
}

#[tokio::test]
async fn a_host_that_is_dropped_takes_its_workers_along() {
    let Setting { host, function, _state } = setting(4, behave()).await;
    host.prewarm(&function, Prewarm::zygote()).await.expect("a zygote");
    host.prewarm(&function, Prewarm::warm(1)).await.expect("an instance");
    let report = host.report(&function).expect("a report");
    let zygote = report.zygote.expect("a zygote").pid;
    let idle = report.idle.first().expect("an instance").pid;
    drop(host);
    assert!(gone(zygote).await && gone(idle).await);
}

#[tokio::test]
async fn forks_are_workers_of_their_own() {
    let function = behave().preload(PreloadSet::new(["random", "uuid", "json.tool"]));
    let setting = setting(8, function).await;
    setting.host.prewarm(&setting.function, Prewarm::zygote()).await.expect("a zygote");
    let zygote = setting.host.report(&setting.function).expect("a report").zygote.expect("a zygote").pid;
    let mut seen: Vec<Value> = Vec::new();
    for _ in 0..5 {
        let reply = setting.host.invoke(&setting.function, "{}", SOON).await.expect("a reply");
        assert_eq!(reply.tier().name(), "zygote");
        let found: Value = serde_json::from_slice(reply.payload()).expect("JSON");
        assert_eq!((&found["parent"], &found["modules"], &found["count"]), (&json!(zygote), &json!(true), &json!(1)));
        assert!(seen.iter().all(|other| other["random"] != found["random"]), "{found}");
        let descriptors = found["descriptors"].as_array().expect("a list").iter().filter_map(Value::as_str);
        // libffi may have itself open.
        let descriptors: Vec<_> = descriptors.filter(|it| !it.contains("/libffi.so.")).collect();
        assert_eq!(descriptors, ["/dev/null", "pipe", "pipe", "socket"], "{found}");
        setting.host.retire(&setting.function).expect("retired");
        seen.push(found);
    }
}

#[tokio::test]
async fn a_fork_that_dies_is_told_with_its_signal() {
    let setting = setting(4, behave()).await;
    setting.host.prewarm(&setting.function, Prewarm::zygote()).await.expect("a zygote");
    let error = setting.call(json!({"do": "die"})).await.unwrap_err();
    assert_eq!(error.to_string(), "invoke behave: its process ended with signal 9 (SIGKILL) (phase: invoke)");
}

#[tokio::test]
async fn without_its_zygote_a_function_starts_cold() {
    let setting = setting(4, behave()).await;
    setting.host.prewarm(&setting.function, Prewarm::zygote().without_spare()).await.expect("a zygote");
    let zygote = setting.host.report(&setting.function).expect("a report").zygote.expect("a zygote").pid;
    headstart::sys::process::kill_group(zygote).expect("killed");
    assert!(gone(zygote).await);
    let reply = setting.host.invoke(&setting.function, "{}", SOON).await.expect("a reply");
    assert_eq!(reply.tier().name(), "cold");
}

#[tokio::test]
async fn a_spare_child_is_forked_again_after_it_was_taken() {
    let setting = setting(4, behave()).await;
    setting.host.prewarm(&setting.function, Prewarm::zygote()).await.expect("a zygote");
    let spare = || setting.host.report(&setting.function).expect("a report").spare.map(|spare| spare.pid);
    let first = spare().expect("a spare child");
    let found = setting.call(json!({})).await.expect("a reply");
    assert_eq!(found["pid"], first, "the spare child serves");
    let mut next = None;
    for _ in 0..100 {
        tokio::time::sleep(Duration::from_millis(10)).await;
        next = spare();
        if next.is_some() {
            break;
        }
    }
    assert!(next.is_some_and(|next| next != first));
}

#[tokio::test]
async fn a_thread_in_the_zygote_is_told_with_its_module() {
    let setting = setting(4, behave().preload(PreloadSet::new(["json", "starts_thread"]))).await;
    let error = setting.host.prewarm(&setting.function, Prewarm::zygote()).await.unwrap_err();
    assert_eq!(error.code(), Code::ZygoteThreadAlive);
    assert!(error.to_string().contains("flusher") && error.to_string().contains("starts_thread"), "{error}");
    assert!(setting.call(json!({})).await.is_ok(), "the function starts all the same");
}

#[tokio::test]
async fn a_preload_set_may_have_gaps() {
    let setting = setting(4, behave().preload(PreloadSet::new(["no_such_module", "json.tool"]))).await;
    setting.host.prewarm(&setting.function, Prewarm::stem(1)).await.expect("a stem");
    let reply = setting.host.invoke(&setting.function, "{}", SOON).await.expect("a reply");
    assert_eq!(reply.tier().name(), "stem");
    let found: Value = serde_json::from_slice(reply.payload()).expect("JSON");
    assert_eq!(found["modules"], true, "what stands behind the gap was imported");
}

#[tokio::test]
async fn node_does_not_fork() {
    if !support::has("node") {
        return;
    }
    let package = support::testdata().join("functions/node/esm");
    let setting = setting(2, Function::from_dir(package, "index.handler").runtime("nodejs")).await;
    let error = setting.host.prewarm(&setting.function, Prewarm::zygote()).await.unwrap_err();
    assert_eq!(error.code(), Code::ZygoteNotSupported);
}
