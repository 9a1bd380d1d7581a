//! Instances that are held ready, and requests that do not wait.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod support;

use headstart::host::{HostBuilder, Request};
use headstart::{Code, Function};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use support::setting::{SOON, Setting};

fn behave() -> Function {
    Function::from_dir(support::testdata().join("host/behave"), "app.handler").runtime("python")
}

async fn setting(change: impl FnOnce(HostBuilder) -> HostBuilder) -> Setting {
    Setting::of(behave(), change).await
}

/// The instances that are idle once there are so many.
async fn idle(setting: &Setting, count: usize) -> Vec<u32> {
    for _ in 0..200 {
        let report = setting.host.report(&setting.function).expect("a report");
        if report.idle.len() == count {
            return report.idle.iter().map(|worker| worker.pid).collect();
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{:?}", setting.host.report(&setting.function));
}

#[tokio::test]
async fn what_is_held_is_there_again_when_it_ends() {
    let setting = setting(|it| it).await;
    setting.host.hold(&setting.function, 2).expect("held");
    let first = idle(&setting, 2).await;
    setting.call(json!({"do": "die"})).await.expect_err("it died");
    let second = idle(&setting, 2).await;
    assert_eq!(first.iter().filter(|pid| second.contains(pid)).count(), 1, "{first:?} {second:?}");
    let served = setting.call(json!({})).await.expect("a reply");
    assert!(second.contains(&u32::try_from(served["pid"].as_u64().expect("a number")).expect("a pid")));
    let hold = setting.host.report(&setting.function).expect("a report").hold;
    assert_eq!((hold.wanted, hold.present, hold.failure), (2, 2, None));
}

#[tokio::test]
async fn what_is_held_is_not_ended_for_being_idle_or_to_make_room() {
    let setting = setting(|it| it.max_workers(2).idle_timeout(Duration::from_millis(100))).await;
    setting.host.hold(&setting.function, 2).expect("held");
    let held = idle(&setting, 2).await;
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert_eq!(idle(&setting, 2).await, held);
    let other = setting.host.register(behave().name("other")).await.expect("registered");
    let error = setting.host.invoke(&other, "{}", Duration::from_millis(300)).await.unwrap_err();
    assert_eq!(error.code(), Code::HostOverloaded);
    setting.host.hold(&setting.function, 0).expect("let go");
    assert!(idle(&setting, 0).await.is_empty());
    setting.host.invoke(&other, "{}", SOON).await.expect("a reply");
    assert_eq!(setting.host.hold(&other, 3).unwrap_err().code(), Code::HostOverloaded);
}

#[tokio::test]
async fn what_cannot_be_held_is_told_and_tried_again_after_a_pause() {
    let function = Function::from_dir(support::testdata().join("host/behave"), "missing.handler").runtime("python");
    let setting = Setting::of(function, |it| it).await;
    setting.host.hold(&setting.function, 1).expect("held");
    tokio::time::sleep(Duration::from_secs(1)).await;
    let hold = setting.host.report(&setting.function).expect("a report").hold;
    assert!(hold.failure.is_some_and(|failure| failure.contains("missing")));
}

#[tokio::test]
async fn a_request_that_does_not_wait_is_turned_away_at_once() {
    let setting = Arc::new(setting(|it| it.max_workers(1)).await);
    let busy = {
        let setting = Arc::clone(&setting);
        tokio::spawn(async move { setting.call(json!({"do": "sleep", "seconds": 1.0})).await })
    };
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(setting.host.report(&setting.function).expect("a report").busy.len(), 1);
    let request = || Request::new("{}").deadline(SOON).at_once();
    let begun = std::time::Instant::now();
    let error = setting.host.invoke_request(&setting.function, request()).await.unwrap_err();
    assert_eq!(error.code(), Code::HostOverloaded);
    assert!(begun.elapsed() < Duration::from_millis(300));
    busy.await.expect("no panic").expect("a reply");
    setting.host.invoke_request(&setting.function, request()).await.expect("a reply");
    assert!(setting.host.report(&setting.function).expect("a report").busy.is_empty());
}

#[tokio::test]
async fn a_handler_has_its_own_time_whatever_the_start_took() {
    let setting = setting(|it| it).await;
    let event = json!({"do": "sleep", "seconds": 5}).to_string();
    let request = Request::new(event).deadline(SOON).run_timeout(Duration::from_millis(200));
    let begun = std::time::Instant::now();
    let error = setting.host.invoke_request(&setting.function, request).await.unwrap_err();
    assert_eq!(error.code(), Code::TimedOut);
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
}
