//! A warm call of 1 KiB in and out, against a bare echo over a socket pair in the same language.
//!
//! The two take turns in blocks; a ratio is that of the medians of neighbouring blocks. Everything runs on one
//! processor: whether the kernel puts the two ends on one or on two makes a difference of tens of microseconds
//! to either arm, by chance, and would drown what is compared.
#![expect(clippy::print_stdout, reason = "prints its rows as JSON")]

use headstart::sys::spawn::{Launch, Spawner};
use headstart::{Deadline, Error, FunctionId, Host};
use headstart_benches::{LANGUAGES, measured, median, register_echo, rows_event, text_event};
use serde_json::{Value, json};
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Calls in a block.
const BLOCK: usize = 500;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let first = arguments.next();
    if first.as_deref() == Some("--echo") {
        return Ok(bare_native(arguments.next().as_deref())?);
    }
    let blocks = first.map_or(Ok(20), |text| text.parse())?;
    pin()?;
    let host = Host::builder().build().await?;
    let spawner = Spawner::new()?;
    let mut rows = Vec::new();
    for (language, entry) in LANGUAGES {
        let function = register_echo(&host, language, entry).await?;
        let program = host.report(&function)?.interpreter.program;
        let bare = Bare::start(&spawner, language, program)?;
        let events = [("text", text_event()), ("rows", rows_event())];
        rows.extend(compare(&host, &function, bare, language, blocks, &events).await?);
    }
    host.stop(Duration::from_secs(2)).await;
    println!("{}", json!({"schema_version": 1, "rows": rows}));
    Ok(())
}

async fn compare(
    host: &Host,
    function: &FunctionId,
    mut bare: Bare,
    language: &str,
    blocks: usize,
    events: &[(&str, Vec<u8>)],
) -> Result<Vec<Value>, Box<dyn std::error::Error>> {
    let mut rows = Vec::new();
    for (name, event) in events {
        calls(host, function, event).await?;
        bare.calls(event)?;
        let (mut theirs, mut ours, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..blocks {
            let their = bare.calls(event)?;
            let our = calls(host, function, event).await?;
            ratios.push(median(our.clone()) / median(their.clone()));
            theirs.extend(their);
            ours.extend(our);
        }
        let row = |arm: String, times: Vec<f64>, ratio: Value| json!({"function": "echo", "language": language, "arm": arm, "call_us": measured(times), "ratio_to_bare": ratio});
        rows.push(row(format!("bare, {name}"), theirs, json!(1.0)));
        rows.push(row(format!("warm, {name}"), ours, measured(ratios)));
    }
    Ok(rows)
}

/// Keeps this process, and what it starts, on the processor that it is on.
fn pin() -> io::Result<()> {
    let mut set = rustix::thread::CpuSet::new();
    set.set(rustix::thread::sched_getcpu());
    Ok(rustix::thread::sched_setaffinity(None, &set)?)
}

async fn calls(host: &Host, function: &FunctionId, event: &[u8]) -> Result<Vec<f64>, Error> {
    let mut times = Vec::with_capacity(BLOCK);
    for _ in 0..BLOCK {
        let begun = Instant::now();
        let reply = host.invoke(function, event, Deadline::after(Duration::from_secs(5))).await?;
        times.push(microseconds(begun));
        assert!(reply.payload().len() > 1000, "the whole event comes back");
    }
    Ok(times)
}

/// A process that sends back what it gets.
struct Bare {
    stream: UnixStream,
}

impl Bare {
    fn start(spawner: &Spawner, language: &str, program: PathBuf) -> io::Result<Self> {
        let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("echo");
        let (program, arguments) = match language {
            "python" => (program, vec![scripts.join("bare.py").into()]),
            "nodejs" => (program, vec![scripts.join("bare.cjs").into()]),
            _ => (std::env::current_exe()?, vec!["--echo".into()]),
        };
        let (stream, far) = UnixStream::pair()?;
        let (tell, told) = std::sync::mpsc::channel();
        let launch = Launch {
            program,
            arguments,
            environment: headstart::config::environment::passed_on(),
            directory: scripts,
            socket: Some(far.into()),
            stdout: io::stderr().as_fd().try_clone_to_owned()?,
            stderr: io::stderr().as_fd().try_clone_to_owned()?,
            for_snapshot: false,
        };
        spawner.spawn(launch, move |outcome| drop(tell.send(outcome)));
        told.recv().map_err(io::Error::other)??;
        Ok(Self { stream })
    }

    fn calls(&mut self, event: &[u8]) -> io::Result<Vec<f64>> {
        let mut times = Vec::with_capacity(BLOCK);
        let mut answer = vec![0; event.len()];
        for _ in 0..BLOCK {
            let begun = Instant::now();
            self.stream.write_all(event)?;
            self.stream.read_exact(&mut answer)?;
            times.push(microseconds(begun));
        }
        Ok(times)
    }
}

fn bare_native(descriptor: Option<&str>) -> io::Result<()> {
    let number = descriptor.and_then(|text| text.parse().ok()).unwrap_or(-1);
    let mut stream = UnixStream::from(headstart::sys::descriptor::inherited(number)?);
    let mut piece = vec![0; 64 << 10];
    loop {
        match stream.read(&mut piece)? {
            0 => return Ok(()),
            count => stream.write_all(&piece[..count])?,
        }
    }
}

fn microseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e6
}
