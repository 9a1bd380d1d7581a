//! Snapshots: taken, restored many times, refused, damaged, and with whatever else can go wrong.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod support;

use headstart::host::HostBuilder;
use headstart::snapshot::Criu;
use headstart::{Code, Deadline, Error, Function, FunctionId, Host, Prewarm};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

const SOON: Duration = Duration::from_secs(20);

struct Setting {
    host: Arc<Host>,
    function: FunctionId,
    state: TempDir,
}

/// Whether snapshots can be taken here; says so where they cannot.
fn can() -> bool {
    Criu::find().inspect_err(|error| println!("skipped: no snapshots on this machine: {error}")).is_ok()
}

fn package() -> PathBuf {
    support::testdata().join("host/snapshots")
}

fn python() -> Function {
    Function::from_dir(package(), "app.handler").runtime("python")
}

fn node() -> Function {
    Function::from_dir(package(), "index.handler").runtime("nodejs")
}

async fn setting_with(function: Function, change: impl FnOnce(HostBuilder) -> HostBuilder) -> Setting {
    let state = tempfile::tempdir().expect("a directory");
    let builder = support::host(state.path()).max_workers(16).hook_timeout(Duration::from_secs(5));
    let host = change(builder).build().await.expect("a host");
    let function = host.register(function).await.expect("registered");
    Setting { host: Arc::new(host), function, state }
}

async fn setting_of(function: Function) -> Setting {
    setting_with(function, |it| it).await
}

impl Setting {
    async fn call(&self, event: Value) -> Result<(String, Value), Error> {
        let reply = self.host.invoke(&self.function, event.to_string(), Deadline::after(SOON)).await?;
        let tier = reply.tier().name().to_owned();
        Ok((tier, serde_json::from_slice(reply.payload()).expect("JSON")))
    }

    async fn snapshot(&self) -> Result<(), Error> {
        self.host.prewarm(&self.function, Prewarm::snapshot()).await
    }

    /// A reply of a new instance.
    async fn restored(&self) -> Value {
        self.host.retire(&self.function).expect("retired");
        let (tier, reply) = self.call(json!({})).await.expect("a reply");
        assert_eq!(tier, "snapshot");
        reply
    }
}

/// Names and values of what must be another each time.
fn check_randomness(replies: &[Value]) {
    let first = replies[0]["randomness"].as_object().expect("an object");
    for name in first.keys() {
        let values: HashSet<_> = replies.iter().map(|reply| reply["randomness"][name].to_string()).collect();
        assert_eq!(values.len(), replies.len(), "{name}: {values:?}");
    }
}

fn check_hooks(reply: &Value) {
    let expected =
        ["prewarm_1", "prewarm_2", "before_snapshot_2", "before_snapshot_1", "after_restore_1", "after_restore_2"];
    assert_eq!(reply["told"], json!(expected));
    assert!(reply["late_ns"].as_u64().is_some_and(|late| late < 5_000_000_000), "{reply}");
}

async fn restores_differ(function: Function) -> Vec<Value> {
    let setting = setting_of(function).await;
    setting.snapshot().await.expect("a snapshot");
    let mut replies = Vec::new();
    for _ in 0..4 {
        let reply = setting.restored().await;
        check_hooks(&reply);
        assert_eq!(reply["count"], 1);
        replies.push(reply);
    }
    check_randomness(&replies);
    let epochs: Vec<_> = replies.iter().map(|reply| reply["epoch"].as_u64().expect("a number")).collect();
    assert!(epochs.is_sorted_by(|one, next| 0 < *one && one < next), "{epochs:?}");
    let (tier, again) = setting.call(json!({})).await.expect("a reply");
    assert_eq!((tier.as_str(), &again["count"]), ("warm", &json!(2)));
    setting.host.retire(&setting.function).expect("retired");
    setting.host.prewarm(&setting.function, Prewarm::warm(1)).await.expect("prewarmed");
    let (tier, reply) = setting.call(json!({})).await.expect("a reply");
    assert_eq!(tier, "warm");
    check_hooks(&reply);
    replies
}

#[tokio::test]
async fn python_is_restored_as_another_each_time() {
    if !can() {
        return;
    }
    let replies = restores_differ(python()).await;
    for reply in replies {
        assert_eq!(reply["pid"], reply["self"]);
        assert_eq!(reply["native_id"], json!([reply["pid"], reply["pid"]]));
        // Itself and the first of its namespace.
        assert_eq!(reply["processes"], json!([1, reply["pid"]]));
    }
}

#[tokio::test]
async fn node_is_restored_as_another_each_time() {
    if can() && support::has("node") {
        restores_differ(node()).await;
    }
}

#[tokio::test]
async fn native_is_restored_with_its_hooks() {
    if !can() || !support::has("cc") {
        return;
    }
    let built = tempfile::tempdir().expect("a directory");
    support::compile(&package(), built.path()).expect("compiled");
    let setting =
        setting_of(Function::from_dir(built.path(), "libhandler.handler").runtime("native").warm_up("{}")).await;
    setting.snapshot().await.expect("a snapshot");
    let replies = [setting.restored().await, setting.restored().await];
    assert_ne!(replies[0]["pid"], replies[1]["pid"]);
    for reply in replies {
        assert_eq!((&reply["count"], &reply["dumped"], &reply["restored"]), (&json!(2), &json!(1), &json!(1)));
    }
}

#[tokio::test]
async fn eight_are_restored_at_once() {
    if !can() {
        return;
    }
    let setting = Arc::new(setting_of(python().warm_up("{}")).await);
    setting.snapshot().await.expect("a snapshot");
    let calls = (0..8).map(|_| {
        let setting = Arc::clone(&setting);
        tokio::spawn(async move { setting.call(json!({"seconds": 1})).await.expect("a reply") })
    });
    let mut replies = Vec::new();
    for call in calls.collect::<Vec<_>>() {
        let (tier, reply) = call.await.expect("no panic");
        assert_eq!((tier.as_str(), &reply["count"]), ("snapshot", &json!(2)));
        replies.push(reply);
    }
    check_randomness(&replies);
    let report = setting.host.report(&setting.function).expect("a report");
    let snapshot = report.snapshot.expect("a snapshot");
    assert_eq!(snapshot.restores, 8);
    assert!(snapshot.bytes > 1 << 20 && snapshot.directory.starts_with(setting.state.path()));
}

#[tokio::test]
async fn the_end_of_a_restored_instance_is_told_as_any_others() {
    if !can() {
        return;
    }
    let setting = setting_of(python()).await;
    setting.snapshot().await.expect("a snapshot");
    for (event, told) in
        [(json!({"exit": 7}), "exit code 7"), (json!({"kill": 9}), "SIGKILL"), (json!({"kill": 15}), "SIGTERM")]
    {
        let error = setting.call(event).await.expect_err("it ended");
        assert_eq!(error.code(), Code::WorkerExited);
        assert!(error.message().contains(told), "{error}");
    }
    let (tier, _) = setting.call(json!({})).await.expect("a reply");
    assert_eq!(tier, "snapshot");
}

#[tokio::test]
async fn output_is_the_requests() {
    if !can() {
        return;
    }
    let mut functions = vec![python()];
    if support::has("node") {
        functions.push(node());
    }
    for function in functions {
        let setting = setting_of(function.warm_up(r#"{"print": "before"}"#)).await;
        setting.snapshot().await.expect("a snapshot");
        for word in ["one", "two"] {
            let event = json!({"print": word}).to_string();
            let reply = setting.host.invoke(&setting.function, event, Deadline::after(SOON)).await.expect("a reply");
            assert_eq!(String::from_utf8_lossy(&reply.output().stdout), format!("out {word}\n"));
            assert_eq!(String::from_utf8_lossy(&reply.output().stderr), format!("err {word}\n"));
        }
    }
}

#[tokio::test]
async fn what_a_snapshot_cannot_hold_is_refused_by_name() {
    if !can() {
        return;
    }
    for (wanted, told) in [("server", "tcp at 127.0.0.1:"), ("child", "(python")] {
        let setting = setting_of(python().env("WANTED", wanted)).await;
        let error = setting.snapshot().await.expect_err("refused");
        assert_eq!(error.code(), Code::SnapshotRefused, "{error}");
        assert!(error.to_string().contains(told), "{error}");
        assert!(error.hint_text().is_some());
        assert_eq!(files(&setting), Vec::<PathBuf>::new());
        assert_eq!(setting.call(json!({})).await.expect("a reply").0, "cold");
    }
}

/// Where a file of the package has this text, as messages name it.
fn place(file: &str, text: &str) -> String {
    let source = std::fs::read_to_string(package().join(file)).expect("a source");
    let line = source.lines().position(|line| line.contains(text)).expect("the text");
    format!("opened at {file}:{}", line + 1)
}

#[tokio::test]
async fn what_is_refused_is_named_by_the_line_that_opened_it() {
    if !can() {
        return;
    }
    let python = (python(), place("app.py", "socket.create_server("));
    let node = (node(), place("index.js", ".listen("));
    for (function, told) in std::iter::once(python).chain(support::has("node").then_some(node)) {
        let setting = setting_of(function.env("WANTED", "server")).await;
        let error = setting.snapshot().await.expect_err("refused").to_string();
        assert!(error.contains("127.0.0.1:") && error.contains(&told), "{error}");
    }
    // CRIU does not say what it is about.
    let setting = setting_of(self::python().env("WANTED", "lock")).await;
    let error = setting.snapshot().await.expect_err("a lock").to_string();
    let told = place("app.py", "fcntl.flock(").replace("opened", "app.py");
    assert!(error.contains(&told), "{error}");
}

#[tokio::test]
async fn threads_and_pairs_of_sockets_are_restored() {
    if !can() {
        return;
    }
    for (wanted, threads) in [("thread", 2), ("pair", 1)] {
        let setting = setting_of(python().env("WANTED", wanted)).await;
        setting.snapshot().await.expect("a snapshot");
        assert_eq!(setting.restored().await["threads"], threads);
    }
}

#[tokio::test]
async fn hooks_that_hang_or_raise_do_not_lose_the_request() {
    if !can() {
        return;
    }
    let with = |hook: &str| python().env("WANTED", format!("hook:{hook}"));
    let patience = |builder: HostBuilder| builder.hook_timeout(Duration::from_millis(500));
    let hangs = setting_with(with("before_snapshot_1:hang"), patience).await;
    let error = hangs.snapshot().await.expect_err("it hangs");
    assert_eq!(error.code(), Code::HookTimedOut);
    assert!(error.message().contains("before_snapshot_1"), "{error}");
    assert_eq!(files(&hangs), Vec::<PathBuf>::new());
    let raises = setting_with(with("after_restore_1:raise"), patience).await;
    raises.snapshot().await.expect("a snapshot");
    check_hooks(&raises.restored().await);
    for hook in ["after_restore_2:hang", "after_restore_1:die"] {
        let setting = setting_with(with(hook), patience).await;
        setting.snapshot().await.expect("a snapshot");
        assert_eq!(setting.call(json!({})).await.expect("a reply").0, "cold", "{hook}");
    }
}

#[tokio::test]
async fn a_restored_instance_has_its_memory_limit() {
    if !can() {
        return;
    }
    let setting = setting_of(python().memory_limit(256 << 20)).await;
    setting.snapshot().await.expect("a snapshot");
    let reply = setting.host.invoke(&setting.function, "{}", Deadline::after(SOON)).await.expect("a reply");
    assert_eq!(reply.tier().name(), "snapshot");
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", reply.pid())).expect("limits");
    let data = limits.lines().find(|line| line.starts_with("Max data size")).expect("a line");
    assert!(data.contains("268435456"), "{data}");
}

#[tokio::test]
async fn one_that_fails_again_and_again_is_given_up() {
    if !can() {
        return;
    }
    let directory = tempfile::tempdir().expect("a directory");
    let program = in_place_of_criu(directory.path(), r#"[ "$1" = restore ] && exit 1"#);
    let setting = setting_with(python(), |builder| builder.criu(program)).await;
    setting.snapshot().await.expect("a snapshot");
    for round in 0..3 {
        let report = setting.host.report(&setting.function).expect("a report");
        assert!(report.snapshot.is_some(), "after {round}");
        setting.host.retire(&setting.function).expect("retired");
        assert_eq!(setting.call(json!({})).await.expect("a reply").0, "cold");
    }
    assert!(setting.host.report(&setting.function).expect("a report").snapshot.is_none());
}

#[tokio::test]
async fn a_restored_instance_can_be_frozen() {
    if !can() {
        return;
    }
    let setting = setting_of(python()).await;
    setting.snapshot().await.expect("a snapshot");
    let before = setting.restored().await;
    setting.host.prewarm(&setting.function, Prewarm::frozen(1)).await.expect("frozen");
    let (tier, after) = setting.call(json!({})).await.expect("a reply");
    assert_eq!((tier.as_str(), &after["pid"], &after["epoch"]), ("frozen", &before["pid"], &before["epoch"]));
}

/// Everything below the directory of snapshots.
fn files(setting: &Setting) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut left = vec![setting.state.path().join("snapshots")];
    while let Some(directory) = left.pop() {
        for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
            if entry.path().is_dir() { left.push(entry.path()) } else { found.push(entry.path()) }
        }
    }
    found.sort();
    found
}

/// The time at which a snapshot was taken.
fn taken(setting: &Setting) -> std::time::SystemTime {
    let report = setting.host.report(&setting.function).expect("a report");
    let file = report.snapshot.expect("a snapshot").directory.join("snapshot.json");
    file.metadata().expect("metadata").modified().expect("a time")
}

/// Another host with the same state and function.
async fn again(setting: &Setting, function: Function) -> Setting {
    let state = tempfile::tempdir().expect("a directory");
    let host = support::host(setting.state.path()).build().await.expect("a host");
    let function = host.register(function).await.expect("registered");
    Setting { host: Arc::new(host), function, state }
}

#[tokio::test]
async fn a_snapshot_serves_other_hosts_and_is_taken_again_where_it_does_not_fit() {
    if !can() {
        return;
    }
    let package = tempfile::tempdir().expect("a directory");
    let app = package.path().join("app.py");
    std::fs::copy(self::package().join("app.py"), &app).expect("copied");
    let function = Function::from_dir(package.path(), "app.handler").runtime("python");
    let first = setting_of(function.clone()).await;
    first.snapshot().await.expect("a snapshot");
    let second = again(&first, function.clone()).await;
    second.snapshot().await.expect("the same");
    assert_eq!(taken(&second), taken(&first));
    assert_eq!(second.restored().await["count"], 1);
    let text = std::fs::read_to_string(&app).expect("text");
    // Of another size, since bytecode is compared by size and second.
    std::fs::write(&app, text.replace("count += 1", "count += 1 + 1")).expect("written");
    // What has just been compared is not compared again for a second.
    tokio::time::sleep(Duration::from_millis(1100)).await;
    first.host.retire(&first.function).expect("retired");
    let (tier, reply) = first.call(json!({})).await.expect("a reply");
    assert_eq!((tier.as_str(), &reply["count"]), ("cold", &json!(2)));
    second.snapshot().await.expect("another");
    assert_eq!(second.restored().await["count"], 2);
    let other = again(&first, function.env("WANTED", "thread")).await;
    other.snapshot().await.expect("another");
    assert_eq!(other.restored().await["threads"], 2);
}

#[tokio::test]
async fn one_that_no_host_uses_makes_room() {
    if !can() {
        return;
    }
    let setting = setting_of(python()).await;
    setting.snapshot().await.expect("a snapshot");
    let swept = || async {
        let host = support::host(setting.state.path()).disk_budget(0).build().await.expect("a host");
        // It is done in the background.
        tokio::time::sleep(Duration::from_millis(500)).await;
        drop(host);
        files(&setting).len()
    };
    assert!(swept().await > 8, "a living host has it");
    assert_eq!(setting.restored().await["count"], 1);
    setting.host.drain(&setting.function).expect("drained");
    assert_eq!(swept().await, 0);
    setting.snapshot().await.expect("another");
}

/// Damages a file, each time in another way; gives what was done.
fn damage(file: &Path, round: usize) -> &'static str {
    let mut bytes = std::fs::read(file).expect("bytes");
    let middle = bytes.len() / 2;
    let what = match round % 3 {
        0 => {
            bytes.truncate(middle);
            "cut"
        }
        1 => {
            bytes[middle] ^= 0x10;
            "flipped"
        }
        _ => {
            bytes.push(0);
            "made longer"
        }
    };
    std::fs::write(file, bytes).expect("written");
    what
}

#[tokio::test]
async fn a_damaged_snapshot_is_refused_and_the_next_tier_serves() {
    if !can() {
        return;
    }
    let setting = setting_of(python()).await;
    setting.snapshot().await.expect("a snapshot");
    let names: Vec<_> = files(&setting);
    assert!(names.len() > 8, "{names:?}");
    for round in 0..names.len() {
        setting.host.drain(&setting.function).expect("drained");
        setting.snapshot().await.expect("a snapshot");
        let current = files(&setting);
        let file = &current[round.min(current.len() - 1)];
        let before = taken(&setting);
        let what = damage(file, round);
        setting.host.retire(&setting.function).expect("retired");
        tokio::time::sleep(Duration::from_millis(1050)).await;
        assert_eq!(setting.call(json!({})).await.expect("a reply").0, "cold", "{} {what}", file.display());
        setting.snapshot().await.expect("another");
        assert!(taken(&setting) > before, "{} {what}", file.display());
    }
}

#[tokio::test]
async fn one_that_others_may_write_to_is_refused() {
    if !can() {
        return;
    }
    let setting = setting_of(python()).await;
    setting.snapshot().await.expect("a snapshot");
    let before = taken(&setting);
    let directory = setting.host.report(&setting.function).unwrap().snapshot.unwrap().directory;
    std::fs::set_permissions(&directory, std::fs::Permissions::from_mode(0o777)).expect("changed");
    setting.host.drain(&setting.function).expect("drained");
    setting.snapshot().await.expect("another");
    assert!(taken(&setting) > before);
}

/// A program in place of CRIU: the real one, but for what `script` does first, with the command as `$1`.
fn in_place_of_criu(directory: &Path, script: &str) -> PathBuf {
    let criu = Criu::find().expect("CRIU");
    let program = directory.join("criu");
    let text = format!("#!/bin/sh\n{script}\nexec {} \"$@\"\n", criu.program().display());
    std::fs::write(&program, text).expect("written");
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).expect("executable");
    program
}

#[tokio::test]
async fn without_a_criu_that_can_be_used_the_next_tier_serves() {
    let directory = tempfile::tempdir().expect("a directory");
    let old = directory.path().join("criu");
    std::fs::write(&old, "#!/bin/sh\necho Version: 3.17.1\n").expect("written");
    std::fs::set_permissions(&old, std::fs::Permissions::from_mode(0o755)).expect("executable");
    for program in [PathBuf::from("/nowhere/criu"), old] {
        let setting = setting_with(python(), |builder| builder.criu(&program)).await;
        let error = setting.snapshot().await.expect_err("no CRIU");
        assert_eq!(error.code(), Code::SnapshotUnsupported);
        assert!(error.hint_text().is_some_and(|hint| hint.contains("HEADSTART_CRIU")), "{error:?}");
        assert_eq!(setting.call(json!({})).await.expect("a reply").0, "cold");
    }
}

#[tokio::test]
async fn a_criu_that_dies_or_hangs_loses_no_request() {
    if !can() {
        return;
    }
    let directory = tempfile::tempdir().expect("a directory");
    let patience = |builder: HostBuilder| builder.start_timeout(Duration::from_secs(2));
    for script in [r#"[ "$1" = dump ] && kill -9 $$"#, r#"[ "$1" = dump ] && exit 1"#] {
        let program = in_place_of_criu(directory.path(), script);
        let setting = setting_with(python(), |builder| patience(builder.criu(program))).await;
        let error = setting.snapshot().await.expect_err("not dumped");
        assert_eq!(error.code(), Code::SnapshotDumpFailed, "{error}");
        assert_eq!(files(&setting), Vec::<PathBuf>::new());
    }
    let restore = [
        r#"[ "$1" = restore ] && kill -9 $$"#,
        r#"[ "$1" = restore ] && exec sleep 100"#,
        // Dies while the real one works.
        r#"[ "$1" = restore ] && { (sleep 0.03; kill -9 $$) & }"#,
        // Fails after everything was restored.
        r#"[ "$1" = restore ] && exec CRIU "$@" --inherit-fd "fd[1]:nothing" --pidfile /nowhere/at/all"#,
    ];
    for script in restore {
        let real = Criu::find().expect("CRIU").program().display().to_string();
        let program = in_place_of_criu(directory.path(), &script.replace("CRIU", &real));
        let setting = setting_with(python(), |builder| patience(builder.criu(program))).await;
        setting.snapshot().await.expect("a snapshot");
        let (tier, _) = setting.call(json!({})).await.expect("a reply");
        assert!(tier == "cold" || script.contains("0.03"), "{tier}: {script}");
    }
}

#[tokio::test]
async fn a_full_disk_is_told_of_and_nothing_is_left() {
    if !can() {
        return;
    }
    let place = tempfile::tempdir().expect("a directory");
    let mount = |arguments: &[&str]| {
        std::process::Command::new(arguments[0])
            .args(&arguments[1..])
            .arg(place.path())
            .status()
            .is_ok_and(|it| it.success())
    };
    if !mount(&["mount", "-t", "tmpfs", "-o", "size=6m,mode=700", "tmpfs"]) {
        println!("skipped: no file system can be mounted here");
        return;
    }
    let host = support::host(place.path()).build().await.expect("a host");
    let function = host.register(python()).await.expect("registered");
    let error = host.prewarm(&function, Prewarm::snapshot()).await.expect_err("full");
    assert_eq!(error.code(), Code::SnapshotDumpFailed);
    assert!(error.hint_text().is_some_and(|hint| hint.contains("no space")), "{error:?}");
    let left = std::fs::read_dir(place.path().join("snapshots")).expect("a directory").count();
    let reply = host.invoke(&function, "{}", Deadline::after(SOON)).await.expect("a reply");
    drop(host);
    assert!(mount(&["umount", "-l"]));
    assert_eq!((left, reply.tier().name()), (0, "cold"));
}
