//! Two platforms give the same answers.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

struct Platform {
    process: Child,
    address: String,
}

impl Platform {
    fn start(directory: &Path) -> Self {
        let mut platform = Command::new(env!("CARGO_BIN_EXE_headstart-example-shared-cache"));
        platform.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/functions")).stdout(Stdio::piped());
        for (variable, part) in [("HEADSTART_CACHE_DIR", "cache"), ("HEADSTART_STATE_DIR", "state")] {
            platform.env(variable, directory.join(part));
        }
        let mut process = platform.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().rsplit(' ').next().unwrap().to_owned();
        Self { process, address }
    }

    fn ask(&self, line: &str) -> String {
        let mut connection = TcpStream::connect(&self.address).unwrap();
        connection.write_all(format!("{line}\n").as_bytes()).unwrap();
        let mut answer = String::new();
        BufReader::new(connection).read_line(&mut answer).unwrap();
        answer
    }
}

impl Drop for Platform {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn two_platforms_give_the_same_answers() {
    if Command::new("python3").arg("--version").output().is_err() {
        return println!("skipped: python3 is not on this machine");
    }
    let directory = tempfile::tempdir().unwrap();
    let (one, other) = (Platform::start(directory.path()), Platform::start(directory.path()));
    let (euro, yen) = (r#"rate {"pair": "EUR/USD"}"#, r#"rate {"pair": "JPY/USD"}"#);
    let asked = std::thread::scope(|scope| {
        let both = [&one, &other].map(|platform| scope.spawn(|| platform.ask(euro)));
        both.map(|it| it.join().unwrap())
    });
    assert!(asked[0].contains("EUR/USD") && asked[0].contains("answer"), "{asked:?}");
    assert_eq!(asked[0], asked[1], "one of them asked the function");
    assert_eq!((one.ask(euro), other.ask(euro)), (asked[0].clone(), asked[0].clone()));
    assert_ne!(one.ask(yen), asked[0]);
    let failed = r"rate {}";
    assert!(one.ask(failed).contains("function.raised") && other.ask("other").contains("no function"));
}
