//! Functions as they are deployed: zips, layers and images of containers.
#![cfg(feature = "analyzer")]
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod support;

use headstart::Code;
use headstart::deploy::{DeployOptions, DeployTarget, Deployed, deploy};
use headstart::error::Result;
use headstart::package::{OpenOptions, Package};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use support::objects::Object;
use tempfile::TempDir;

/// A function in Python, and a launcher.
struct Setting {
    root: TempDir,
    package: Package,
    launcher: PathBuf,
}

impl Setting {
    fn new(files: &[(&str, &str)]) -> Self {
        let root = tempfile::tempdir().unwrap();
        let function = root.path().join("function");
        for (name, text) in files {
            let path = function.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let launcher = root.path().join("launcher");
        fs::write(&launcher, Object { machine: Some("arm64".into()), ..Object::default() }.bytes()).unwrap();
        let mut options = OpenOptions::default();
        options.entry = Some("app.handler".into());
        let package = Package::open(&function, &options).unwrap();
        Self { root, package, launcher }
    }

    fn python() -> Self {
        Self::new(&[
            ("app.py", "def handler(event, context): return event"),
            ("lib/__init__.py", ""),
            ("data/ä.txt", "x"),
        ])
    }

    fn options(&self, target: DeployTarget, out: &str) -> DeployOptions {
        DeployOptions::new(target, self.root.path().join(out), &self.launcher)
    }

    fn deploy(&self, target: DeployTarget, out: &str) -> Result<Deployed> {
        deploy(&self.package, &self.options(target, out))
    }

    /// Nothing but what the test made, and these.
    fn has_only(&self, more: &[&str]) {
        let mut names: Vec<_> = fs::read_dir(self.root.path()).unwrap().map(|it| it.unwrap().file_name()).collect();
        names.retain(|it| it != "function" && it != "launcher");
        names.sort();
        assert_eq!(names, more);
    }
}

/// A digest as images name it.
fn sha256(bytes: &[u8]) -> String {
    let mut text = "sha256:".to_owned();
    for byte in Sha256::digest(bytes) {
        text += &format!("{byte:02x}");
    }
    text
}

/// Names and modes of a zip archive.
fn entries(zip: &Path) -> BTreeMap<String, u32> {
    let mut archive = zip::ZipArchive::new(fs::File::open(zip).unwrap()).unwrap();
    let entries = (0..archive.len()).map(|number| {
        let entry = archive.by_index(number).unwrap();
        (entry.name().unwrap().to_string(), entry.unix_mode().unwrap() & 0o777)
    });
    entries.collect()
}

#[test]
fn a_zip_has_the_function_and_what_runs_it_and_is_the_same_whenever_it_is_made() {
    let setting = Setting::python();
    let first = setting.deploy(DeployTarget::LambdaZip, "one.zip").unwrap();
    let entries = entries(&first.out);
    assert_eq!(entries["bootstrap"], 0o755);
    assert_eq!(entries["app.py"], 0o644);
    for name in
        ["data/ä.txt", ".headstart-runtime/python/boot.py", ".headstart-runtime/python/headstart_launcher/worker.py"]
    {
        assert!(entries.contains_key(name), "{name} is not in {entries:?}");
    }
    assert!(!entries.keys().any(|it| it.contains("tests") || it.contains("headstart_trial") || it.contains("node/")));
    assert!(first.notes.iter().any(|it| it.contains("compiled at every start")), "{:?}", first.notes);
    let app = setting.package.directory().join("app.py");
    let text = fs::read(&app).unwrap();
    fs::remove_file(&app).unwrap();
    fs::write(&app, text).unwrap();
    fs::set_permissions(&app, fs::Permissions::from_mode(0o600)).unwrap();
    let second = setting.deploy(DeployTarget::LambdaZip, "two.zip").unwrap();
    assert_eq!(first.sha256, second.sha256);
    assert_eq!(fs::read(&first.out).unwrap(), fs::read(&second.out).unwrap());
    setting.has_only(&["one.zip", "two.zip"]);
}

#[test]
fn an_interpreter_compiles_launcher_and_function() {
    let found = std::process::Command::new("python3").args(["-c", "import sys; print(sys.executable)"]).output();
    let Some(found) = found.ok().filter(|it| it.status.success()) else {
        println!("skipped: python3 is not on this machine");
        return;
    };
    let setting = Setting::new(&[("app.py", "def handler(event, context): return event"), ("broken.py", "def")]);
    let mut digests = Vec::new();
    for out in ["one.zip", "two.zip"] {
        let mut options = setting.options(DeployTarget::LambdaZip, out);
        options.interpreter = Some(String::from_utf8(found.stdout.clone()).unwrap().trim().into());
        let deployed = deploy(&setting.package, &options).unwrap();
        let entries = entries(&deployed.out);
        let is_compiled = |name: &str| entries.keys().any(|it| it.contains("__pycache__") && it.contains(name));
        assert!(is_compiled("/worker.") && is_compiled("/app.") && !is_compiled("broken"), "{entries:?}");
        assert!(deployed.notes.is_empty(), "{:?}", deployed.notes);
        digests.push(deployed.sha256);
    }
    assert_eq!(digests[0], digests[1]);
}

#[test]
fn a_layer_has_no_function() {
    let setting = Setting::python();
    let deployed = setting.deploy(DeployTarget::LambdaLayer, "layer.zip").unwrap();
    let entries = entries(&deployed.out);
    assert!(entries.contains_key("bootstrap") && entries.contains_key("headstart/python/boot.py"));
    assert!(!entries.keys().any(|it| it.contains("app.py")));
}

#[test]
fn an_image_is_what_its_digests_say_and_the_same_whenever_it_is_made() {
    let setting = Setting::python();
    let out = setting.deploy(DeployTarget::Oci, "image").unwrap().out;
    let read = |digest: &Value| {
        let digest = digest.as_str().unwrap();
        let bytes = fs::read(out.join("blobs").join(digest.replace(':', "/"))).unwrap();
        assert_eq!(digest, sha256(&bytes));
        bytes
    };
    let index: Value = serde_json::from_slice(&fs::read(out.join("index.json")).unwrap()).unwrap();
    assert_eq!(index["manifests"][0]["platform"]["architecture"], "arm64");
    let manifest: Value = serde_json::from_slice(&read(&index["manifests"][0]["digest"])).unwrap();
    let config: Value = serde_json::from_slice(&read(&manifest["config"]["digest"])).unwrap();
    assert_eq!(config["config"]["Cmd"][0], "app.handler");
    let layer = read(&manifest["layers"][0]["digest"]);
    assert_eq!(manifest["layers"][0]["size"], layer.len());
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(&layer[..]).read_to_end(&mut plain).unwrap();
    assert_eq!(config["rootfs"]["diff_ids"][0], sha256(&plain));
    let mut archive = tar::Archive::new(&plain[..]);
    let names: Vec<_> = archive.entries().unwrap().map(|it| it.unwrap().path().unwrap().into_owned()).collect();
    for name in ["opt", "opt/bootstrap", "opt/headstart/python/boot.py", "var/task/app.py", "var/task/data/ä.txt"] {
        assert!(names.contains(&PathBuf::from(name)), "{name} is not in {names:?}");
    }
    let tars = ["one.tar", "two.tar"].map(|out| fs::read(setting.deploy(DeployTarget::Oci, out).unwrap().out).unwrap());
    assert_eq!(tars[0], tars[1]);
    setting.has_only(&["image", "one.tar", "two.tar"]);
}

#[test]
fn what_cannot_be_packaged_leaves_nothing() {
    let code = |setting: &Setting, target, out: &str| {
        let error = setting.deploy(target, out).unwrap_err();
        assert!(error.operation().contains("package") || error.operation().contains("launcher"), "{error}");
        error.code()
    };
    let taken = Setting::new(&[("app.py", ""), ("bootstrap", "")]);
    assert_eq!(code(&taken, DeployTarget::LambdaZip, "out.zip"), Code::OutputExists);
    taken.has_only(&[]);
    taken.deploy(DeployTarget::LambdaLayer, "layer.zip").unwrap();
    let mut setting = Setting::python();
    assert_eq!(code(&setting, DeployTarget::LambdaZip, "function/out.zip"), Code::OutputInside);
    fs::write(setting.root.path().join("kept"), "mine").unwrap();
    assert_eq!(code(&setting, DeployTarget::LambdaZip, "kept"), Code::OutputExists);
    fs::write(&setting.launcher, "#!/bin/sh").unwrap();
    assert_eq!(code(&setting, DeployTarget::LambdaZip, "out.zip"), Code::ObjectInvalid);
    setting.launcher = setting.root.path().join("absent");
    assert_eq!(code(&setting, DeployTarget::LambdaZip, "out.zip"), Code::RuntimeNotFound);
    setting.has_only(&["kept"]);
}

#[test]
fn what_an_earlier_run_wrote_is_replaced_where_that_is_asked_for() {
    let setting = Setting::python();
    for (target, out) in [(DeployTarget::LambdaZip, "out.zip"), (DeployTarget::Oci, "image")] {
        setting.deploy(target, out).unwrap();
        assert_eq!(setting.deploy(target, out).unwrap_err().code(), Code::OutputExists);
        let mut options = setting.options(target, out);
        options.force = true;
        deploy(&setting.package, &options).unwrap();
    }
    let other = setting.root.path().join("other");
    fs::create_dir(&other).unwrap();
    fs::write(other.join("mine"), "").unwrap();
    let mut options = setting.options(DeployTarget::Oci, "other");
    options.force = true;
    assert_eq!(deploy(&setting.package, &options).unwrap_err().code(), Code::OutputExists);
    setting.has_only(&["image", "other", "out.zip"]);
}
