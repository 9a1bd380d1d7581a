//! Frozen instances: stopped, thawed, killed, hanging, and with requests in flight.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod support;

use headstart::host::HostBuilder;
use headstart::instance::Tier;
use headstart::sys::freeze::cpu_time;
use headstart::{Code, Error, Function, Prewarm};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use support::setting::{SOON, Setting, gone};

/// A hook that hangs is given up after this.
const PATIENCE: Duration = Duration::from_millis(400);

fn package() -> PathBuf {
    support::testdata().join("host/freezes")
}

fn python() -> Function {
    Function::from_dir(package(), "app.handler").runtime("python")
}

async fn setting_of(function: Function, change: impl FnOnce(HostBuilder) -> HostBuilder) -> Setting {
    Setting::of(function, |it| change(it.hook_timeout(Duration::from_secs(5)))).await
}

/// Both ways to freeze.
async fn settings(function: &Function) -> [Setting; 2] {
    [setting_of(function.clone(), |it| it).await, setting_of(function.clone(), HostBuilder::freeze_by_signals).await]
}

impl Setting {
    async fn freeze(&self, count: usize) -> Result<(), Error> {
        self.host.prewarm(&self.function, Prewarm::frozen(count)).await
    }

    fn frozen(&self) -> Vec<u32> {
        self.host.report(&self.function).expect("a report").frozen.iter().map(|worker| worker.pid).collect()
    }

    /// An instance that has served `event` and is frozen: its process.
    async fn frozen_after(&self, event: Value) -> u32 {
        let reply = self.call(event).await.expect("a reply");
        self.freeze(1).await.expect("frozen");
        assert_eq!(self.frozen(), [number(&reply["pid"])]);
        number(&reply["pid"])
    }
}

fn number(value: &Value) -> u32 {
    u32::try_from(value.as_u64().expect("a number")).expect("a small one")
}

fn total(pids: &[u32]) -> Duration {
    pids.iter().map(|pid| cpu_time(*pid).expect("its time")).sum()
}

/// Freezes and thaws twice; gives the last reply.
async fn back_and_forth(setting: &Setting) -> Value {
    let pid = setting.frozen_after(json!({})).await;
    let (tier, found) = setting.call_from(json!({})).await.expect("a reply");
    assert_eq!((tier.as_str(), number(&found["pid"]), &found["count"]), ("frozen", pid, &json!(2)));
    let (tier, found) = setting.call_from(json!({})).await.expect("a reply");
    assert_eq!((tier.as_str(), number(&found["pid"])), ("warm", pid));
    setting.freeze(1).await.expect("frozen");
    let (tier, found) = setting.call_from(json!({})).await.expect("a reply");
    assert_eq!((tier.as_str(), number(&found["pid"]), &found["count"]), ("frozen", pid, &json!(4)));
    found
}

/// The hooks of two freezes and thaws ran in their order, and were told the time.
fn check_hooks(last: &Value) {
    let once = ["before_freeze_2", "before_freeze_1", "after_thaw_1", "after_thaw_2"];
    assert_eq!(last["told"], json!([once, once].concat()));
    assert_eq!(last["epoch"], 0);
    assert!(last["late_ns"].as_u64().is_some_and(|late| late < 2_000_000_000), "{last}");
}

#[tokio::test]
async fn python_is_frozen_and_thawed_with_its_hooks() {
    for setting in settings(&python()).await {
        check_hooks(&back_and_forth(&setting).await);
    }
}

#[tokio::test]
async fn node_is_frozen_and_thawed_with_its_hooks() {
    if !support::has("node") {
        return;
    }
    for setting in settings(&Function::from_dir(package(), "index.handler").runtime("nodejs")).await {
        check_hooks(&back_and_forth(&setting).await);
    }
}

#[tokio::test]
async fn native_is_frozen_and_thawed_with_its_hooks() {
    if !support::has("cc") {
        return;
    }
    let built = tempfile::tempdir().expect("a directory");
    support::compile(&package(), built.path()).expect("compiled");
    for setting in settings(&Function::from_dir(built.path(), "libhandler.handler").runtime("native")).await {
        let last = back_and_forth(&setting).await;
        assert_eq!((&last["frozen"], &last["thawed"]), (&json!(2), &json!(2)));
    }
}

#[tokio::test]
async fn what_is_frozen_uses_no_processor_nor_does_what_it_started() {
    for setting in settings(&python()).await {
        let reply = setting.call(json!({"spin": true})).await.expect("a reply");
        let pids: Vec<u32> = reply["pids"].as_array().expect("three").iter().map(number).collect();
        assert_eq!(pids.len(), 3);
        for _ in 0..2 {
            setting.freeze(1).await.expect("frozen");
            let before = total(&pids);
            tokio::time::sleep(Duration::from_millis(300)).await;
            assert_eq!(total(&pids), before, "no nanosecond");
            let (tier, _) = setting.call_from(json!({})).await.expect("a reply");
            assert_eq!(tier, "frozen");
            tokio::time::sleep(Duration::from_millis(300)).await;
            assert!(total(&pids) > before);
        }
        setting.freeze(1).await.expect("frozen");
        setting.host.drain(&setting.function).expect("drained");
        for pid in pids {
            assert!(gone(pid).await, "{pid}");
        }
    }
}

#[tokio::test]
async fn idle_instances_are_frozen_after_a_while() {
    let setting = setting_of(python(), |it| it.freeze_after(Duration::from_millis(100))).await;
    let first = setting.call(json!({})).await.expect("a reply");
    let begun = Instant::now();
    while setting.frozen().is_empty() {
        assert!(begun.elapsed() < SOON);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(setting.host.report(&setting.function).expect("a report").frozen[0].memory.is_some_and(|it| it.rss > 0));
    let (tier, second) = setting.call_from(json!({})).await.expect("a reply");
    assert_eq!((tier.as_str(), &second["pid"]), ("frozen", &first["pid"]));
}

#[tokio::test]
async fn instances_are_started_to_be_frozen_up_to_what_there_may_be() {
    let setting = setting_of(python().max_workers(2), |it| it).await;
    setting.freeze(2).await.expect("two");
    assert_eq!(setting.frozen().len(), 2);
    assert_eq!(setting.freeze(3).await.unwrap_err().code(), Code::HostOverloaded);
    let (tier, found) = setting.call_from(json!({})).await.expect("a reply");
    assert_eq!((tier.as_str(), &found["count"]), ("frozen", &json!(1)));
}

#[tokio::test]
async fn one_that_is_killed_while_frozen_is_replaced() {
    for setting in settings(&python()).await {
        let pid = setting.frozen_after(json!({})).await;
        headstart::sys::process::kill_group(pid).expect("killed");
        // Not waited for: the request may find it before or after its end is known.
        let (tier, found) = setting.call_from(json!({})).await.expect("a reply");
        assert_eq!((tier.as_str(), number(&found["pid"]) == pid), ("cold", false));
        let pid = setting.frozen_after(json!({})).await;
        headstart::sys::process::kill_group(pid).expect("killed");
        assert!(gone(pid).await);
        // The kernel takes a process apart bit by bit: the host may know of its end a moment later.
        let begun = Instant::now();
        while setting.frozen() == [pid] {
            assert!(begun.elapsed() < SOON);
            setting.freeze(1).await.expect("another");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

#[tokio::test]
async fn one_that_dies_or_hangs_while_it_is_frozen_is_told() {
    let setting = setting_of(python(), |it| it.hook_timeout(PATIENCE)).await;
    for (what, code) in [("die", Code::WorkerExited), ("hang", Code::HookTimedOut)] {
        let reply = setting.call(json!({"hooks": {"before_freeze_1": what}})).await.expect("a reply");
        let error = setting.freeze(1).await.unwrap_err();
        assert_eq!(error.code(), code, "{error}");
        assert!(gone(number(&reply["pid"])).await);
        assert_eq!(setting.call_from(json!({})).await.expect("a reply").0, "cold");
        setting.host.retire(&setting.function).expect("retired");
    }
}

#[tokio::test]
async fn one_that_dies_or_hangs_while_it_is_thawed_costs_no_request() {
    for what in ["die", "hang"] {
        let setting = setting_of(python(), |it| it.hook_timeout(PATIENCE)).await;
        let pid = setting.frozen_after(json!({"hooks": {"after_thaw_2": what}})).await;
        let (tier, found) = setting.call_from(json!({})).await.expect("a reply");
        assert_eq!((tier.as_str(), &found["count"]), ("cold", &json!(1)));
        assert!(gone(pid).await);
        // The next tier is the nearest that there is.
        let pid = setting.frozen_after(json!({"hooks": {"after_thaw_2": what}})).await;
        setting.host.prewarm(&setting.function, Prewarm::zygote()).await.expect("a zygote");
        assert_eq!(setting.call_from(json!({})).await.expect("a reply").0, "zygote");
        assert!(gone(pid).await);
        let tiers = setting.host.report(&setting.function).expect("a report").tiers;
        assert_eq!((tiers[&Tier::Frozen].served, tiers[&Tier::Frozen].failed), (0, 2), "{tiers:?}");
        assert_eq!((tiers[&Tier::Zygote].served, tiers[&Tier::Zygote].failed), (1, 0), "{tiers:?}");
    }
}

#[tokio::test]
async fn a_deadline_that_passes_during_a_thaw_is_told() {
    let setting = setting_of(python(), |it| it).await;
    setting.frozen_after(json!({"hooks": {"after_thaw_2": "hang"}})).await;
    let error = setting.host.invoke(&setting.function, "{}", Duration::from_millis(20)).await.unwrap_err();
    assert_eq!(error.code(), Code::TimedOut, "{error}");
    assert_eq!(setting.call_from(json!({})).await.expect("a reply").0, "cold");
}

#[tokio::test]
async fn a_hook_that_raises_leaves_the_instance_of_use() {
    let setting = setting_of(python(), |it| it).await;
    let hooks = json!({"before_freeze_2": "raise", "after_thaw_1": "raise"});
    let pid = setting.frozen_after(json!({"hooks": hooks})).await;
    let (tier, found) = setting.call_from(json!({})).await.expect("a reply");
    assert_eq!((tier.as_str(), number(&found["pid"])), ("frozen", pid));
    assert_eq!(found["told"].as_array().map(Vec::len), Some(4));
}

#[tokio::test]
async fn frozen_instances_make_room_for_other_functions() {
    let setting = setting_of(python(), |it| it.max_workers(1)).await;
    let pid = setting.frozen_after(json!({})).await;
    let other = setting.host.register(python().name("other")).await.expect("registered");
    setting.host.invoke(&other, "{}", SOON).await.expect("a reply");
    assert!(gone(pid).await && setting.frozen().is_empty());
}

#[tokio::test]
async fn a_host_that_stops_thaws_what_has_shutdown_hooks() {
    for setting in settings(&python()).await {
        let directory = tempfile::tempdir().expect("a directory");
        let file = directory.path().join("told");
        setting.frozen_after(json!({"hooks": {"shutdown_1": file, "after_thaw_1": file}})).await;
        setting.host.stop(SOON).await;
        assert_eq!(std::fs::read_to_string(file).expect("written"), "after_thaw_1shutdown_1");
    }
}

#[tokio::test]
async fn functions_that_are_forgotten_take_their_frozen_instances_along() {
    for setting in settings(&python()).await {
        let pid = setting.frozen_after(json!({})).await;
        setting.host.unregister(&setting.function);
        assert!(gone(pid).await);
    }
}

#[tokio::test]
async fn what_cannot_be_paged_out_is_frozen_all_the_same() {
    let setting = setting_of(python(), |it| it).await;
    let first = setting.call(json!({})).await.expect("a reply");
    for _ in 0..3 {
        setting.host.prewarm(&setting.function, Prewarm::frozen(1).paged_out()).await.expect("frozen");
        setting.host.prewarm(&setting.function, Prewarm::paged_in(1)).await.expect("brought");
        let (tier, found) = setting.call_from(json!({})).await.expect("a reply");
        assert_eq!((tier.as_str(), &found["pid"]), ("frozen", &first["pid"]));
    }
}

#[tokio::test]
async fn forked_instances_are_frozen_too() {
    for setting in settings(&python()).await {
        setting.host.prewarm(&setting.function, Prewarm::zygote()).await.expect("a zygote");
        setting.freeze(2).await.expect("frozen");
        let pids = setting.frozen();
        let (tier, found) = setting.call_from(json!({})).await.expect("a reply");
        assert_eq!((tier.as_str(), pids.contains(&number(&found["pid"]))), ("frozen", true));
        headstart::sys::process::kill_group(*setting.frozen().first().expect("another")).expect("killed");
        setting.host.drain(&setting.function).expect("drained");
        for pid in pids {
            assert!(gone(pid).await, "{pid}");
        }
    }
}

#[tokio::test]
async fn requests_at_once_thaw_as_many_and_start_the_rest() {
    let setting = Arc::new(setting_of(python(), |it| it).await);
    setting.freeze(2).await.expect("frozen");
    let calls: Vec<_> = (0..4)
        .map(|_| {
            let setting = Arc::clone(&setting);
            tokio::spawn(async move { setting.call_from(json!({"seconds": 0.3})).await.expect("a reply").0 })
        })
        .collect();
    let mut tiers = Vec::new();
    for call in calls {
        tiers.push(call.await.expect("no panic"));
    }
    tiers.sort();
    assert_eq!(tiers, ["cold", "cold", "frozen", "frozen"]);
}
