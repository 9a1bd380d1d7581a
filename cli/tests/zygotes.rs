//! `headstart zygotes plan` and `run --zygotes`, on functions with a directory of modules in common.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

mod support;

use serde_json::{Value, json};
use std::path::Path;
use std::process::Output;
use tempfile::TempDir;

/// Importing it takes long enough to be worth a zygote.
const SLOW: &str = "import os, time\ntime.sleep(0.05)\nBORN = os.getpid()\n";
const APP: &str = "import os, slow\n\ndef handler(event, context):\n    return slow.BORN != os.getpid()\n";
const BARE: &str = "def handler(event, context):\n    return True\n";

fn functions() -> TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    let root = directory.path().canonicalize().expect("a path");
    let write = |file: &str, text: &str| {
        let path = root.join(file);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        std::fs::write(path, text).expect("written");
    };
    write("shared/slow.py", SLOW);
    for (name, app) in [("one", APP), ("two", APP), ("bare", BARE), ("broken", "import absent\n")] {
        write(&format!("fn/{name}/app.py"), app);
        let shared = root.join("shared").display().to_string();
        let config = format!("entry = \"app.handler\"\nruntime = \"python\"\n[environment]\nPYTHONPATH = '{shared}'\n");
        write(&format!("fn/{name}/headstart.toml"), &config);
    }
    write("fn/no-function/readme.txt", "");
    write("calls.json", r#"{"one": 3, "two": 1}"#);
    directory
}

fn headstart(directory: &Path, arguments: &[&str]) -> Output {
    let mut command = support::command(env!("CARGO_BIN_EXE_headstart"), arguments, directory, "zygotes");
    command.output().expect("headstart runs")
}

#[test]
fn a_plan_is_made_and_followed() {
    let directory = functions();
    let arguments = ["zygotes", "plan", "--functions", "fn", "--budget", "1GiB", "--runs", "1", "--out", "plan.json"];
    let output =
        headstart(directory.path(), &[&arguments[..], &["--calls", "calls.json", "--format", "json"]].concat());
    assert!(output.status.success(), "{}", support::shown(&output));
    assert!(String::from_utf8_lossy(&output.stderr).contains("broken is left out"), "{}", support::shown(&output));
    let plan = support::json(&output);
    let written: Value = serde_json::from_slice(&std::fs::read(directory.path().join("plan.json")).unwrap()).unwrap();
    assert_eq!(plan, written);
    let tree = &plan["trees"][0];
    let nodes = tree["nodes"].as_array().unwrap();
    let slow = nodes.iter().position(|node| node["modules"].as_array().unwrap().contains(&json!("slow"))).unwrap();
    assert!(nodes[slow]["import_us"].as_u64().unwrap() >= 50_000, "{tree}");
    let begins = |name: &str| {
        let functions = tree["functions"].as_array().unwrap();
        functions.iter().find(|function| function["name"] == name).map(|function| function["node"].clone())
    };
    assert_eq!((begins("one"), begins("two")), (Some(json!(slow)), Some(json!(slow))), "{tree}");
    assert_eq!((begins("bare"), begins("broken")), (Some(json!(0)), None), "{tree}");
    let output = headstart(directory.path(), &["run", "fn/one", "--zygotes", "plan.json", "--format", "json"]);
    let reply = support::json(&output);
    assert_eq!((&reply["tier"], &reply["result"]), (&json!("zygote"), &json!(true)), "{}", support::shown(&output));
}

#[test]
fn what_cannot_be_planned_is_told() {
    let directory = functions();
    std::fs::write(directory.path().join("bad.json"), "{\"schema_version\": 9}").unwrap();
    let cases: [(&[&str], &str); 4] = [
        (&["zygotes", "plan", "--functions", "shared", "--budget", "1GiB"], "function.not_found"),
        (&["zygotes", "plan", "--functions", "absent", "--budget", "1GiB"], "config.invalid"),
        (&["zygotes", "plan", "--functions", "fn", "--budget", "1GiB", "--calls", "fn/one/app.py"], "config.invalid"),
        (&["run", "fn/bare", "--zygotes", "bad.json"], "config.invalid"),
    ];
    for (arguments, code) in cases {
        let output = headstart(directory.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{}", support::shown(&output));
        assert!(String::from_utf8_lossy(&output.stderr).contains(code), "{}", support::shown(&output));
    }
}
