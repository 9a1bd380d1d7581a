//! Images that are baked, used and refused.
#![cfg(feature = "analyzer")]
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod support;

use headstart::instance::Tier;
use headstart::package::{OpenOptions, Package};
use headstart::preload::Image;
use headstart::trial::{self, BakeOptions, Baked, Event};
use headstart::{Code, Error, Function, Host};
use std::path::{Path, PathBuf};
use std::time::Duration;

const APP: &str =
    "import json, decimal\nfrom part import piece\n\ndef handler(event, context):\n    return [piece.VALUE, event]\n";

/// A function, and a place for its image outside of it.
struct Case {
    directory: tempfile::TempDir,
}

impl Case {
    fn new(app: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let package = directory.path().join("fn");
        std::fs::create_dir_all(package.join("part")).unwrap();
        std::fs::write(package.join("app.py"), app).unwrap();
        std::fs::write(package.join("part/piece.py"), "VALUE = 'piece'\n").unwrap();
        std::fs::write(package.join("part/__init__.py"), "").unwrap();
        Self { directory }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn package(&self) -> Package {
        let mut options = OpenOptions::default();
        options.entry = Some("app.handler".into());
        Package::open(&self.path("fn"), &options).unwrap()
    }

    async fn bake(&self, events: &[&str]) -> Result<Baked, Error> {
        let mut options = BakeOptions::default();
        options.keep_slower = true;
        options.trial.host = support::host(&self.path("state"));
        options.reads = false;
        options.trial.events =
            events.iter().map(|it| Event { name: (*it).into(), payload: it.as_bytes().to_vec() }).collect();
        trial::bake(&self.package(), &options, &self.path("out/app.image"), |_, _, _| ()).await
    }

    /// What is left where the image goes.
    fn left(&self) -> Vec<PathBuf> {
        std::fs::read_dir(self.path("out")).into_iter().flatten().flatten().map(|it| it.path()).collect()
    }

    async fn host(&self) -> Host {
        support::host(&self.path("state")).build().await.unwrap()
    }

    fn function(&self) -> Function {
        Function::from_dir(self.path("fn"), "app.handler").image(self.path("out/app.image"))
    }
}

async fn answer(host: &Host, function: Function) -> (Tier, String) {
    let function = host.register(function).await.unwrap();
    let reply = host.invoke(&function, "1", Duration::from_secs(20)).await.unwrap();
    (reply.tier(), String::from_utf8_lossy(reply.payload()).into_owned())
}

const ANSWER: &str = r#"["piece",1]"#;

#[tokio::test]
async fn a_start_uses_what_was_baked() {
    if !support::has("python3") {
        return;
    }
    let case = Case::new(APP);
    let baked = case.bake(&["1", "{}"]).await.unwrap();
    assert!(baked.modules > 4 && baked.compared == 2, "{baked:?}");
    // `json` compiles some.
    assert!(Image::open(&baked.out).unwrap().find("table/expressions").is_some());
    let host = case.host().await;
    assert_eq!(answer(&host, case.function()).await, (Tier::Image, ANSWER.into()));
    assert_eq!(answer(&host, case.function().without_image()).await, (Tier::Cold, ANSWER.into()));
    std::fs::create_dir(case.path("fn/.headstart")).unwrap();
    std::fs::copy(case.path("out/app.image"), case.path("fn/.headstart/image")).unwrap();
    let own = Function::from_dir(case.path("fn"), "app.handler");
    assert_eq!(answer(&host, own).await, (Tier::Image, ANSWER.into()));
}

#[tokio::test]
async fn what_does_not_fit_is_left_unused() {
    if !support::has("python3") {
        return;
    }
    let case = Case::new(APP);
    case.bake(&["1"]).await.unwrap();
    let image = case.path("out/app.image");
    let good = std::fs::read(&image).unwrap();
    let host = case.host().await;
    let function = host.register(case.function()).await.unwrap();
    for bad in [&good[..good.len() / 2], b"none", &flipped(&good, good.len() - 1), &flipped(&good, 60)] {
        std::fs::write(&image, bad).unwrap();
        let reply = host.invoke(&function, "1", Duration::from_secs(20)).await.unwrap();
        assert_eq!((reply.tier(), reply.payload()), (Tier::Cold, ANSWER.as_bytes()));
        host.retire(&function).unwrap();
    }
    // It is looked at again when it is another.
    std::fs::write(&image, &good).unwrap();
    let reply = host.invoke(&function, "1", Duration::from_secs(20)).await.unwrap();
    assert_eq!(reply.tier(), Tier::Image);
    std::fs::remove_file(&image).unwrap();
    assert_eq!(host.register(case.function()).await.unwrap_err().code(), Code::ConfigInvalid);
}

#[tokio::test]
async fn a_package_with_its_image_starts_without_our_launcher() {
    if !support::has("python3") {
        return;
    }
    let case = Case::new(APP);
    let mut options = BakeOptions::default();
    options.keep_slower = true;
    options.trial.host = support::host(&case.path("state"));
    let package = case.package();
    let out = package.directory().join(headstart::preload::IN_PACKAGE);
    trial::bake(&package, &options, &out, |_, _, _| ()).await.unwrap();
    let program = "import headstart_shim, app; print(headstart_shim.handler(1, None), type(app.__loader__).__module__)";
    let mut python = std::process::Command::new("python3");
    python.args(["-c", program]).current_dir(case.path("fn"));
    let output = python.output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert_eq!(told, "['piece', 1] headstart_image.finder\n", "{}", String::from_utf8_lossy(&output.stderr));
    // One that does not fit is told of, and nothing else changes.
    std::fs::write(&out, "none").unwrap();
    let output = python.output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert_eq!(told, "['piece', 1] _frozen_importlib_external\n");
    assert!(String::from_utf8_lossy(&output.stderr).contains("is not used: it is no image"));
}

fn flipped(bytes: &[u8], at: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[at] ^= 1;
    bytes
}

#[tokio::test]
async fn an_image_that_makes_a_difference_is_not_left() {
    if !support::has("python3") {
        return;
    }
    let case = Case::new("from part import piece\ndef handler(e, c):\n    return type(piece.__loader__).__name__\n");
    let error = case.bake(&["1"]).await.unwrap_err();
    assert_eq!(error.code(), Code::BakeFailed, "{error}");
    assert!(error.to_string().contains("SourceFileLoader"), "{error}");
    assert_eq!(case.left(), Vec::<PathBuf>::new());
}

#[tokio::test]
async fn a_function_that_cannot_be_run_leaves_no_image() {
    if !support::has("python3") {
        return;
    }
    for (app, code) in [
        ("def handler(:\n", Code::SyntaxError),
        ("import absent\n", Code::ImportFailed),
        ("handler = 1\n", Code::HandlerNotCallable),
        ("import sys\nsys.exit(4)\n", Code::WorkerExited),
        ("import os\ndef handler(e, c):\n    os._exit(5)\n", Code::BakeFailed),
    ] {
        let case = Case::new(app);
        let error = case.bake(&["1"]).await.unwrap_err();
        assert_eq!((error.code(), case.left()), (code, Vec::new()), "{app}: {error}");
    }
}

#[tokio::test]
async fn native_functions_have_no_image() {
    let case = Case::new("");
    std::fs::write(case.path("fn/libhello.so"), "").unwrap();
    let mut options = OpenOptions::default();
    (options.entry, options.runtime) = (Some("libhello.handler".into()), Some("native".into()));
    let package = Package::open(&case.path("fn"), &options).unwrap();
    let out: &Path = &case.path("out/image");
    let error = trial::bake(&package, &BakeOptions::default(), out, |_, _, _| ()).await.unwrap_err();
    assert_eq!(error.code(), Code::SystemUnsupported);
}
