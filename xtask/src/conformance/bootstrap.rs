//! The launcher as a runtime of AWS Lambda: cargo-lambda's emulator runs what `headstart package` wrote.

use super::{templates, traffic};
use crate::interpreters;
use crate::lambda::runtimes;
use crate::shell::{self, Outcome, about, command, root, run as run_program, target};
use serde_json::Value;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The tools, pinned.
pub(super) const LOCK: &str = "conformance/bootstrap/requirements.lock";
/// How long the emulator may take to listen, or to answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// How many events the emulator hands over.
const EVENTS: u32 = 100;

pub(super) fn run() -> Outcome {
    run_program(&mut command(
        "cargo",
        ["build", "--locked", "--quiet", "--package", "cargo-headstart", "--package", "headstart-native-launcher"],
    ))?;
    let (headstart, launcher) = (target().join("debug/headstart"), target().join("debug/headstart-native-launcher"));
    traffic::run(&launcher)?;
    on_the_emulator(&headstart, &launcher)?;
    templates::run()
}

/// Packages a function, unpacks the package where the platform would, and has the emulator hand it events.
fn on_the_emulator(headstart: &Path, launcher: &Path) -> Outcome {
    let Some(tools) = tools() else { return Ok(()) };
    let made = target().join("conformance/bootstrap");
    shell::empty(&made)?;
    let (zip, package) = (made.join("greeting.zip"), made.join("task"));
    let function = root().join("examples/deploy/function");
    let interpreter = interpreters::python()?.program;
    let mut packaging = command(headstart, ["package", "--target", "lambda-zip", "--interpreter"]);
    packaging.arg(&interpreter).arg("--out").arg(&zip).arg(&function);
    run_program(shell::with_launcher(&mut packaging, launcher))?;
    let unpack = "import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extractall(sys.argv[2])";
    run_program(command(&interpreter, ["-c", unpack]).arg(&zip).arg(&package))?;
    // Python's own unpacking leaves modes behind.
    run_program(command("chmod", ["755"]).arg(package.join("bootstrap")))?;
    let port = free_port()?;
    let mut emulator = Command::new(tools.join("bin/cargo-lambda"));
    emulator.args(["lambda", "watch", "--only-lambda-apis", "--invoke-address", "127.0.0.1"]);
    emulator.args(["--invoke-port", &port.to_string()]).current_dir(empty_project(&made)?);
    let _emulator = started(emulator.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()))?;
    listens(port)?;
    let mut bootstrap = Command::new(package.join("bootstrap"));
    bootstrap.current_dir(&package).env_clear().env("PATH", "/usr/bin:/bin").env("HEADSTART_INTERPRETER", &interpreter);
    bootstrap.env("AWS_LAMBDA_RUNTIME_API", format!("127.0.0.1:{port}/.rt/greeting")).env("_HANDLER", "app.handler");
    bootstrap.env("LAMBDA_TASK_ROOT", &package).env("AWS_LAMBDA_FUNCTION_NAME", "greeting").stdin(Stdio::null());
    let _bootstrap = started(bootstrap.stdout(Stdio::null()))?;
    for number in 0..EVENTS {
        let event = format!(r#"{{"queryStringParameters":{{"name":"{number}"}}}}"#);
        let answer = invoke(port, &event)?;
        let body: Value = serde_json::from_str(answer["body"].as_str().unwrap_or_default()).unwrap_or_default();
        if body["greeting"] != format!("hello {number}") || body["request"].as_str().is_none_or(str::is_empty) {
            return Err(format!("the emulator was given {answer} for event {number}"));
        }
    }
    println!("as expected: {EVENTS} events of cargo-lambda's emulator");
    Ok(())
}

/// The emulator is a subcommand of Cargo, and reads a project whatever it is to do.
fn empty_project(made: &Path) -> Outcome<PathBuf> {
    let (project, manifest) =
        (made.join("project"), "[package]\nname = \"greeting\"\nedition = \"2024\"\n[workspace]\n");
    let files = [("Cargo.toml", manifest), ("src/main.rs", "fn main() {}\n")];
    std::fs::create_dir_all(project.join("src")).map_err(|error| about(&project, &error))?;
    for (name, text) in files {
        std::fs::write(project.join(name), text).map_err(|error| about(&project.join(name), &error))?;
    }
    Ok(project)
}

/// The emulator, and what validates templates; nothing where they cannot be had, which is said.
pub(super) fn tools() -> Option<PathBuf> {
    runtimes::tools(LOCK).inspect_err(|error| println!("skipped: the tools could not be installed: {error}")).ok()
}

/// A process that is killed when this is dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn started(command: &mut Command) -> Outcome<Running> {
    command.spawn().map(Running).map_err(|error| about(Path::new(command.get_program()), &error))
}

fn free_port() -> Outcome<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| error.to_string())?;
    listener.local_addr().map(|it| it.port()).map_err(|error| error.to_string())
}

fn listens(port: u16) -> Outcome {
    let begun = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        if begun.elapsed() > PATIENCE {
            return Err("the emulator does not listen".to_owned());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

/// Calls the function through the emulator's Invoke API.
fn invoke(port: u16, event: &str) -> Outcome<Value> {
    let failed = |error: std::io::Error| format!("the emulator did not answer: {error}");
    let mut stream = TcpStream::connect(("127.0.0.1", port)).map_err(failed)?;
    stream.set_read_timeout(Some(PATIENCE)).map_err(failed)?;
    let path = "/2015-03-31/functions/greeting/invocations";
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
        event.len()
    );
    stream.write_all(format!("{head}{event}").as_bytes()).map_err(failed)?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).map_err(failed)?;
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    // In one chunk, or with its length.
    let json = body.lines().find(|line| line.starts_with('{')).unwrap_or(body);
    serde_json::from_str(json).map_err(|error| format!("the emulator answered {answer:?}: {error}"))
}
