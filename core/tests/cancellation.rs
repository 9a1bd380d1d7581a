//! Requests that are given up while their worker is being started leave nothing behind. A program of its own,
//! since it looks at all children of the process.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod support;

use headstart::{Code, Function, Host, Prewarm};
use std::time::Duration;

/// The states of this process's children: `Z` is one that nobody has reaped.
fn children() -> Vec<char> {
    let own = std::process::id().to_string();
    let stat = |entry: std::fs::DirEntry| std::fs::read_to_string(entry.path().join("stat")).ok();
    let processes = std::fs::read_dir("/proc").expect("/proc").flatten().filter_map(stat);
    processes
        .filter_map(|text| {
            let mut fields = text.rsplit_once(')')?.1.split_whitespace();
            let state = fields.next()?.chars().next()?;
            (fields.next()? == own).then_some(state)
        })
        .collect()
}

#[tokio::test]
async fn a_start_that_is_given_up_leaves_no_process() {
    let state = tempfile::tempdir().expect("a directory");
    let host = support::host(state.path()).build().await.expect("a host");
    let package = support::testdata().join("host/behave");
    let function =
        host.register(Function::from_dir(package, "app.handler").runtime("python")).await.expect("registered");
    for attempt in 0..40 {
        let given_up = tokio::time::timeout(
            Duration::from_micros(attempt * 50),
            host.invoke(&function, "{}", Duration::from_secs(5)),
        );
        assert!(given_up.await.is_err(), "no start is that fast");
    }
    for _ in 0..300 {
        if children().is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("children are left: {:?}", children());
}

#[tokio::test]
async fn a_zygote_is_not_believed() {
    let mut bystander = std::process::Command::new("sleep").arg("60").spawn().expect("sleep");
    let state = tempfile::tempdir().expect("a directory");
    let directory = support::testdata().join("zygotes/lies_about_its_child");
    let host = Host::builder().state_dir(state.path()).native_launcher(directory.join("launcher.py"));
    let host = host.build().await.expect("a host");
    let function =
        Function::from_dir(&directory, "lib.handler").runtime("native").env("BYSTANDER", bystander.id().to_string());
    let function = host.register(function.memory_limit(1 << 30)).await.expect("registered");
    let error = host.prewarm(&function, Prewarm::zygote().without_spare()).await;
    // This process is the bystander's parent, not the zygote.
    assert_eq!(error.expect_err("it lies").code(), Code::ZygoteForkFailed);
    drop(host);
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(bystander.try_wait().expect("a status"), None, "the bystander lives");
    bystander.kill().expect("killed");
    bystander.wait().expect("reaped");
}
