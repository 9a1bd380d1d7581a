//! Baking an image, looking into it, starting from it.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

mod support;

use std::path::Path;
use std::process::Output;
use support::{command, has, json, shown, snapshot};

const APP: &str = "import part\ndef handler(event, context):\n    return [part.VALUE, event]\n";

fn package() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(directory.path().join(name), text).unwrap();
    std::fs::create_dir(directory.path().join("events")).unwrap();
    write("app.py", APP);
    write("part.py", "VALUE = 1\n");
    write("headstart.toml", "entry = \"app.handler\"\n");
    write("events/one.json", "2");
    directory
}

fn headstart(arguments: &[&str], directory: &Path) -> Output {
    command(env!("CARGO_BIN_EXE_headstart"), arguments, directory, "bake").output().expect("headstart runs")
}

fn filters() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"for: .*", "for: [INTERPRETER]");
    settings.add_filter(r"\d+(\.\d+)? (ms|s)\b", "[TIME]");
    settings.add_filter(r"\d+(\.\d+)? (B|KiB|MiB)", "[SIZE]");
    settings.add_filter(r"with \d+ modules", "with [N] modules");
    settings.add_filter(r"/\S*/\.headstart", "[PACKAGE]/.headstart");
    settings.add_filter(r"/\S*/image\)", "[PACKAGE]/image)");
    settings.add_filter(r"function=\S+", "function=[NAME]");
    settings
}

#[test]
fn from_baking_to_a_start() {
    if !has("python3") {
        return;
    }
    let package = package();
    snapshot!(headstart(&["run", ".", "--tier", "image"], package.path()), @r"
    exit code: 2
    --- stdout

    --- stderr
    error: failed to run the function: it has no init image [config.missing]
    hint: bake one with `headstart bake --in-package`, or name one with --image
    ");
    snapshot!(headstart(&["bake", ".", "--in-package", "--keep-slower"], package.path()), @r"
    exit code: 0
    --- stdout
    [PACKAGE]/.headstart/image: [SIZE] with [N] modules
    start: [TIME] with it, [TIME] without
    read ahead from a cold disk: [SIZE]
    no difference on 1 event
    --- stderr
    ");
    let listed = headstart(&["image", ".headstart/image"], package.path());
    let text = shown(&listed);
    for words in ["sources are checked by: stat", "module/app", "module/part", "table/modules"] {
        assert!(text.contains(words), "{text}");
    }
    let told = json(&headstart(&["image", ".headstart/image", "--format", "json"], package.path()));
    assert_eq!(told["identity"]["language"], "python");
    let run = json(&headstart(&["run", ".", "--event", "3", "--format", "json"], package.path()));
    assert_eq!((&run["result"], run["tier"].as_str()), (&serde_json::json!([1, 3]), Some("cold")));
    let run = json(&headstart(&["run", ".", "--tier", "image", "--event", "3", "--format", "json"], package.path()));
    assert_eq!((&run["result"], run["tier"].as_str()), (&serde_json::json!([1, 3]), Some("image")));
}

#[test]
fn what_is_no_image_is_told() {
    let package = package();
    std::fs::write(package.path().join("none"), "none").unwrap();
    snapshot!(headstart(&["image", "none"], package.path()), @r"
    exit code: 2
    --- stdout

    --- stderr
    error: failed to read the image: it is too short (file: none) [preload.image_invalid]
    hint: bake the image again
    ");
    snapshot!(headstart(&["bake", "."], package.path()), @r"
    exit code: 2
    --- stdout

    --- stderr
    error: the following required arguments were not provided:
      --out <FILE>

    Usage: headstart bake --out <FILE> <PATH>

    For more information, try '--help'.
    ");
}

#[test]
fn an_image_that_is_not_used_is_told_with_the_reason() {
    if !has("python3") {
        return;
    }
    let package = package();
    std::fs::write(package.path().join("image"), "none").unwrap();
    snapshot!(headstart(&["run", ".", "--image", "image", "--tier", "image", "--event", "3"], package.path()), @r"
    exit code: 0
    --- stdout
    [1,3]
    --- stderr
     WARN headstart::host::registered: the function starts without its image: read the image: it is too short (file: [PACKAGE]/image) function=[NAME]
    cold: ready in [TIME] (interpreter [TIME], launcher [TIME], import [TIME]), answered in [TIME]
    ");
}

#[test]
fn a_program_is_started_with_its_reads_ahead() {
    if !has("python3") {
        return;
    }
    let package = package();
    assert!(headstart(&["bake", ".", "--in-package", "--keep-slower"], package.path()).status.success());
    // The program has no children that are not its own, and ends as it ends.
    let program = "import os, sys\ntry:\n    os.wait()\nexcept ChildProcessError:\n    print('alone', sys.argv[1:])\nsys.exit(7)\n";
    let ahead = ["native-launcher", "--ahead", ".headstart/image", ".", "python3", "-c", program, "x"];
    snapshot!(headstart(&ahead, package.path()), @r"
    exit code: 7
    --- stdout
    alone ['x']
    --- stderr
    ");
    // What cannot be read is no reason not to start.
    snapshot!(headstart(&["native-launcher", "--ahead", "missing", ".", "echo", "started"], package.path()), @r"
    exit code: 0
    --- stdout
    started
    --- stderr
    ");
    snapshot!(headstart(&["native-launcher", "--ahead", "missing"], package.path()), @r"
    exit code: 127
    --- stdout

    --- stderr
    headstart: failed to read ahead: usage: --ahead IMAGE PACKAGE PROGRAM [ARGUMENT ...]
    ");
}
