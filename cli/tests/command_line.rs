//! The commands as people and programs see them: what is printed where, and the exit code.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

mod support;

use serde_json::Value;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use support::{has, json, shown, snapshot, testdata};

const WORLD: &str = r#"{"name": "world"}"#;

fn packages() -> PathBuf {
    testdata("cli")
}

fn command(program: &str, arguments: &[&str]) -> Command {
    support::command(program, arguments, &packages(), "command_line")
}

fn headstart(arguments: &[&str]) -> Output {
    command(env!("CARGO_BIN_EXE_headstart"), arguments).output().expect("headstart runs")
}

fn filters() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(&packages().display().to_string(), "[PACKAGES]");
    settings.add_filter(r"ready in .*, answered in .*", "ready in [TIME], answered in [TIME]");
    settings.add_filter(r"within \d+\.\d+s", "within [TIME]");
    settings.add_filter(r#"(_us": )\d+"#, "$1[MICROSECONDS]");
    settings.add_filter(r"headstart \d+\.\d+\.\d+", "headstart [VERSION]");
    settings
}

#[test]
fn help_of_each_command_has_examples() {
    let examples = |command: &str| support::examples(&headstart(&[command, "--help"]));
    insta::assert_snapshot!(examples("run"), @r#"
    Examples:
      headstart run . --entry app.handler --event '{"name": "world"}'
      headstart run fn/report --event @events/small.json --tier zygote
      headstart run fn/report --image report.image --tier image
      cat event.json | headstart run fn/report --event - --format json
    "#);
    insta::assert_snapshot!(examples("bench"), @r"
    Examples:
      headstart bench fn/report
      headstart bench fn/report --runs 30 --arm plain --arm zygote --format json
      headstart bench fn/report --arm plain --arm image --cold-disk
    ");
    insta::assert_snapshot!(examples("bake"), @r"
    Examples:
      headstart bake . --entry app.handler --out app.image
      headstart bake fn/report --in-package --defer
      headstart bake fn/report --out report.image --events recorded.jsonl --check trusted
    ");
    insta::assert_snapshot!(examples("package"), @r"
    Examples:
      headstart package fn/report --target lambda-zip --out report.zip
      headstart package fn/report --target lambda-layer --interpreter python3.12 --out headstart.zip
      headstart package fn/report --target oci --out report.tar
    ");
    insta::assert_snapshot!(examples("image"), @r"
    Examples:
      headstart image report.image
      headstart image fn/report/.headstart/image --format json
    ");
    let plan = support::examples(&headstart(&["zygotes", "plan", "--help"]));
    insta::assert_snapshot!(plan, @r"
    Examples:
      headstart zygotes plan --functions fn --budget 2GiB --out zygotes.json
      headstart zygotes plan --functions fn --budget 512MiB --calls calls.json --format json
      headstart run fn/report --zygotes zygotes.json
    ");
    insta::assert_snapshot!(examples("doctor"), @r"
    Examples:
      headstart doctor
      headstart doctor --format json
    ");
    insta::assert_snapshot!(examples("serve"), @r"
    Examples:
      headstart serve
      headstart serve examples/python-function examples/node-function --watch
      headstart serve fn --listen 127.0.0.1:9001 --provision report=2
      aws lambda invoke --endpoint-url http://127.0.0.1:9001 --function-name report out.json
      headstart serve fn/report --as knative --listen 0.0.0.0:$PORT --insecure
      HEADSTART_TOKEN=$(cat token) headstart serve fn --listen 0.0.0.0:9001 --log-format json
    ");
    insta::assert_snapshot!(examples("profile"), @r"
    Examples:
      headstart profile . --entry app.handler
      headstart profile fn/report --events fn/report/events/quarter.json --runs 5 --tree
      headstart profile fn/report --format speedscope > report.speedscope.json
    ");
    insta::assert_snapshot!(examples("verify"), @r"
    Examples:
      headstart verify fn/report slim/report
      headstart verify . slim.zip --entry app.handler --events recorded.jsonl --format json
    ");
    insta::assert_snapshot!(examples("completions"), @r"
    Example:
      headstart completions bash > ~/.local/share/bash-completion/completions/headstart
    ");
}

#[test]
fn the_version_is_printed() {
    snapshot!(headstart(&["--version"]), @r"
    exit code: 0
    --- stdout
    headstart [VERSION]
    --- stderr
    ");
}

#[test]
fn a_result_is_printed_with_what_it_took() {
    if !has("python3") {
        return;
    }
    snapshot!(headstart(&["run", "greets", "--entry", "app.handler", "--event", WORLD]), @r#"
    exit code: 0
    --- stdout
    {"message":"Hello, world!"}
    --- stderr
    to standard output
    to standard error
    cold: ready in [TIME], answered in [TIME]
    "#);
}

#[test]
fn a_result_as_json_has_every_field() {
    if !has("python3") {
        return;
    }
    let run = ["run", "greets", "--entry", "app.handler", "--event", WORLD, "--format", "json"];
    snapshot!(headstart(&run), @r#"
    exit code: 0
    --- stdout
    {
      "schema_version": 1,
      "result": {
        "message": "Hello, world!"
      },
      "tier": "cold",
      "timings": {
        "queue_us": [MICROSECONDS],
        "spawn_us": [MICROSECONDS],
        "interpreter_us": [MICROSECONDS],
        "launcher_us": [MICROSECONDS],
        "preload_us": [MICROSECONDS],
        "import_us": [MICROSECONDS],
        "hooks_us": [MICROSECONDS],
        "ready_us": [MICROSECONDS],
        "invoke_us": [MICROSECONDS]
      },
      "stdout": "to standard output\n",
      "stderr": "to standard error\n"
    }
    --- stderr
    "#);
}

#[test]
fn every_tier_serves() {
    if !has("python3") {
        return;
    }
    for tier in ["cold", "stem", "zygote", "warm", "frozen"] {
        let run = ["run", "greets", "--entry", "app.handler", "--preload", "greets/preload.txt", "--event", WORLD];
        let reply = json(&headstart(&[&run[..], &["--tier", tier, "--format", "json"]].concat()));
        assert_eq!((&reply["tier"], &reply["result"]["message"]), (&tier.into(), &"Hello, world!".into()), "{reply}");
    }
}

#[test]
fn a_snapshot_serves_where_the_doctor_says_so() {
    if !has("python3") {
        return;
    }
    let doctor = json(&headstart(&["doctor", "--format", "json"]));
    let primitives = doctor["primitives"].as_array().unwrap();
    let criu = primitives.iter().find(|primitive| primitive["name"] == "criu").unwrap();
    let run = ["run", "greets", "--entry", "app.handler", "--event", WORLD, "--tier", "snapshot", "--format", "json"];
    let reply = json(&headstart(&run));
    if criu["available"] == true {
        assert_eq!(
            (&reply["tier"], &reply["result"]["message"]),
            (&"snapshot".into(), &"Hello, world!".into()),
            "{reply}"
        );
    } else {
        assert_eq!(reply["error"]["code"], "snapshot.unsupported", "{criu}");
    }
}

#[test]
fn a_runtime_that_cannot_fork_says_so() {
    if !has("node") {
        return;
    }
    snapshot!(headstart(&["run", "package_json", "--tier", "zygote"]), @r"
    exit code: 2
    --- stdout

    --- stderr
    error: failed to prewarm by package.json: Node cannot fork, so that it has no zygotes [zygote.not_supported]
    hint: use a stem for Node
    ");
}

#[test]
fn an_event_comes_from_a_file() {
    if !has("python3") {
        return;
    }
    snapshot!(headstart(&["run", "greets", "--entry", "app.handler", "--event", "@greets/event.json"]), @r#"
    exit code: 0
    --- stdout
    {"message":"Hello, file!"}
    --- stderr
    to standard output
    to standard error
    cold: ready in [TIME], answered in [TIME]
    "#);
}

#[test]
fn an_event_comes_from_standard_input() {
    if !has("python3") {
        return;
    }
    let run = ["run", "greets", "--entry", "app.handler", "--event", "-"];
    let mut running = command(env!("CARGO_BIN_EXE_headstart"), &run);
    let running = running.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut running = running.expect("headstart runs");
    running.stdin.take().unwrap().write_all(br#"{"name": "pipe"}"#).unwrap();
    let output = running.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "{\"message\":\"Hello, pipe!\"}\n", "{}", shown(&output));
}

#[test]
fn a_malformed_event_is_refused() {
    snapshot!(headstart(&["run", "greets", "--entry", "app.handler", "--event", "{name: world}"]), @r#"
    exit code: 2
    --- stdout

    --- stderr
    error: failed to read the event: key must be a string at line 1 column 2 [payload.invalid_json]
    hint: pass JSON text, @FILE or -: --event '{"name": "world"}'
    "#);
}

#[test]
fn a_missing_package_is_named() {
    snapshot!(headstart(&["run", "nowhere", "--entry", "app.handler"]), @r"
    exit code: 2
    --- stdout

    --- stderr
    error: failed to open the package: No such file or directory (os error 2) (path: nowhere) [function.not_found]
    hint: check the path of the package
    ");
}

#[test]
fn a_missing_entry_is_told() {
    snapshot!(headstart(&["run", "greets"]), @r"
    exit code: 2
    --- stdout

    --- stderr
    error: failed to register the function: it has no entry [config.missing]
    hint: name one, such as app.handler, or write it into headstart.toml
    ");
    snapshot!(headstart(&["run", "greets", "--entry", "main.handler"]), @r"
    exit code: 2
    --- stdout

    --- stderr
    error: failed to register the function: no file of the package fits the entry [function.entry_not_found]
    hint: check the entry, or name the runtime: python3.12, nodejs24 or native
    ");
}

#[test]
fn a_missing_argument_is_an_error() {
    snapshot!(headstart(&["run"]), @r"
    exit code: 2
    --- stdout

    --- stderr
    error: the following required arguments were not provided:
      <PATH>

    Usage: headstart run <PATH>

    For more information, try '--help'.
    ");
}

#[test]
fn what_a_function_raised_is_told_with_its_trace() {
    if !has("python3") {
        return;
    }
    snapshot!(headstart(&["run", "greets", "--entry", "app.fails"]), @r#"
    exit code: 2
    --- stdout

    --- stderr
    before it fails
    error: failed to invoke greets: ValueError: no name in the event [function.raised]
      File "[PACKAGES]/greets/app.py", line 12, in fails
        return refuse(event)
      File "[PACKAGES]/greets/app.py", line 16, in refuse
        raise ValueError("no name in the event")
    "#);
    let output = headstart(&["run", "greets", "--entry", "app.fails", "--format", "json"]);
    assert_eq!(output.status.code(), Some(2));
    let report = json(&output);
    assert_eq!((&report["schema_version"], &report["stdout"]), (&1.into(), &"before it fails\n".into()));
    let error = &report["error"];
    assert_eq!((&error["code"], &error["type"]), (&"function.raised".into(), &"ValueError".into()), "{report}");
    assert!(error["trace"][0].as_str().unwrap().ends_with("line 12, in fails"), "{report}");
}

#[test]
fn the_hint_of_a_failure_comes_last() {
    if !has("python3") {
        return;
    }
    let output = headstart(&["run", "greets", "--entry", "app.handler", "--event", WORLD, "--timeout", "1us"]);
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.lines().last().is_some_and(|line| line.starts_with("hint: ")), "{text}");
}

#[test]
fn configuration_is_read_wherever_it_stands() {
    let cases = [("python3", "headstart_toml", "headstart.toml"), ("python3", "pyproject_toml", "pyproject.toml")];
    for (program, package, file) in cases.into_iter().chain([("node", "package_json", "package.json")]) {
        if has(program) {
            let output = headstart(&["run", package]);
            let expected = serde_json::json!([format!("by {file}"), "1024", "test"]);
            assert_eq!(json(&output), expected, "{}", shown(&output));
        }
    }
}

#[test]
fn what_is_typed_comes_before_what_is_configured() {
    if !has("python3") {
        return;
    }
    let run = ["run", "headstart_toml", "--env", "STAGE=typed", "--memory-limit", "2GiB"];
    assert_eq!(json(&headstart(&run)), serde_json::json!(["by headstart.toml", "2048", "typed"]));
}

#[test]
fn bench_has_the_documented_fields() {
    if !has("python3") {
        return;
    }
    let bench = ["bench", "greets", "--entry", "app.handler", "--event", WORLD, "--runs", "1", "--format", "json"];
    let output = headstart(&bench);
    assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
    let report = json(&output);
    assert_eq!(report["schema_version"], 1);
    for field in ["architecture", "cpus", "kernel", "model"] {
        assert!(report["machine"].get(field).is_some(), "{field}: {report}");
    }
    let rows = report["rows"].as_array().unwrap();
    let arms: Vec<_> = rows.iter().map(|row| row["arm"].as_str().unwrap()).collect();
    assert_eq!(arms, ["plain", "cold", "image", "stem", "fork", "zygote", "warm", "frozen"]);
    rows.iter().for_each(check_row);
}

fn check_row(row: &Value) {
    assert_eq!((&row["function"], &row["language"]), (&"greets".into(), &"python".into()));
    assert_eq!(row["same_result"], true, "{row}");
    let whole =
        ["init_us", "first_us", "total_us", "rss_bytes", "pss_bytes", "private_bytes", "swap_bytes"].into_iter();
    for (field, part) in whole.flat_map(|field| [(field, "median"), (field, "p90")]) {
        assert!(row[field][part].is_u64(), "{field}.{part}: {row}");
    }
    for field in ["ratio_to_plain", "init_ratio_to_plain"] {
        assert!(row[field]["median"].is_f64() && row[field]["n"] == 1, "{field}: {row}");
    }
    let sum = row["init_us"]["median"].as_u64().unwrap() + row["first_us"]["median"].as_u64().unwrap();
    assert_eq!(row["total_us"]["median"], sum, "{row}");
}

#[test]
fn doctor_tells_of_runtimes_and_primitives() {
    let output = headstart(&["doctor", "--format", "json"]);
    assert!(matches!(output.status.code(), Some(0 | 1)), "{}", shown(&output));
    let report = json(&output);
    assert_eq!(report["schema_version"], 1);
    let runtimes = report["runtimes"].as_array().unwrap();
    assert_eq!(
        runtimes.iter().map(|it| it["runtime"].as_str().unwrap()).collect::<Vec<_>>(),
        ["python", "nodejs", "native"]
    );
    for runtime in runtimes {
        let field =
            if runtime["available"] == true { &runtime["interpreter"]["program"] } else { &runtime["error"]["code"] };
        assert!(field.is_string(), "{runtime}");
    }
    for primitive in report["primitives"].as_array().unwrap() {
        assert!(primitive["available"].is_boolean(), "{primitive}");
        assert!(["name", "detail", "needed_for"].into_iter().all(|field| primitive[field].is_string()), "{primitive}");
    }
}

#[test]
fn caches_are_listed_and_emptied() {
    let directory = tempfile::tempdir().unwrap();
    let place = directory.path().join("cache");
    let caches = |more: &[&str]| {
        let arguments = [&["cache", "--format", "json", "--directory", place.to_str().unwrap()], more].concat();
        let output = headstart(&arguments);
        assert!(output.status.success(), "{output:?}");
        serde_json::from_slice::<Value>(&output.stdout).unwrap()["caches"].clone()
    };
    assert_eq!(caches(&[]), serde_json::json!([]));
    for name in ["one", "other"] {
        let cache = headstart::cache::Cache::builder(name).directory(&place).bytes();
        cache.put("key", &headstart::cache::Policy::forever(), b"value"[..].into());
        assert!(cache.get("key").is_some());
    }
    assert_eq!(caches(&["--name", "one", "--clear"]).as_array().unwrap().len(), 1);
    let left = caches(&[]);
    assert_eq!((&left[0]["name"], &left[0]["entries"]), (&"one".into(), &0.into()));
    assert_eq!((&left[1]["name"], &left[1]["entries"]), (&"other".into(), &1.into()));
    assert_eq!((&left[1]["process_hits"], &left[1]["misses"]), (&1.into(), &0.into()));
}

#[test]
fn completions_are_a_script() {
    let output = headstart(&["completions", "bash"]);
    let script = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && script.starts_with("_headstart() {"), "{script}");
    assert!(["run", "bench", "doctor"].into_iter().all(|command| script.contains(command)), "{script}");
}

#[test]
fn cargo_headstart_takes_the_same_commands() {
    if !has("python3") {
        return;
    }
    let run = ["headstart", "run", "greets", "--entry", "app.handler", "--event", WORLD];
    let output = command(env!("CARGO_BIN_EXE_cargo-headstart"), &run).output().expect("cargo-headstart runs");
    snapshot!(output, @r#"
    exit code: 0
    --- stdout
    {"message":"Hello, world!"}
    --- stderr
    to standard output
    to standard error
    cold: ready in [TIME], answered in [TIME]
    "#);
}

#[test]
fn what_is_no_terminal_gets_no_colours() {
    for arguments in [&["run", "greets"][..], &["--help"], &["run"], &["doctor"]] {
        let output = headstart(arguments);
        assert!(![output.stdout, output.stderr].concat().contains(&0x1b), "{arguments:?}");
    }
}

#[test]
fn a_closed_standard_output_is_no_error() {
    let run: &[&str] = &["run", "greets", "--entry", "app.handler", "--event", WORLD];
    let run = has("python3").then_some(run);
    for arguments in run.into_iter().chain([&["completions", "bash"][..], &["--help"]]) {
        let (reader, writer) = std::io::pipe().expect("pipe");
        drop(reader);
        let status = command(env!("CARGO_BIN_EXE_headstart"), arguments).stdout(writer).stderr(Stdio::null()).status();
        assert_eq!(status.expect("headstart runs").code(), Some(0), "{arguments:?}");
    }
}
