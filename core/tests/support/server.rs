//! A Valkey or Redis server for a test.

use headstart::config::environment;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A server on a socket in a directory of its own; ends with this.
pub(crate) struct Server {
    directory: TempDir,
    process: Option<Child>,
}

/// What `cargo xtask valkey` set up, else one of the search path.
fn program() -> Option<PathBuf> {
    let set_up = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/tools/valkey-server/valkey-server");
    let installed = environment::search_path().into_iter();
    let installed = installed.flat_map(|it| [it.join("valkey-server"), it.join("redis-server")]);
    std::iter::once(set_up).chain(installed).find(|program| program.is_file())
}

impl Server {
    /// `None` where there is no program for it.
    pub(crate) fn start() -> Option<Self> {
        let mut server = Self { directory: tempfile::tempdir().unwrap(), process: None };
        let is_started = server.start_again();
        is_started.then_some(server)
    }

    /// Starts it where it was before.
    pub(crate) fn start_again(&mut self) -> bool {
        let Some(program) = program() else { return false };
        let mut command = Command::new(program);
        command.args(["--port", "0", "--save", "", "--appendonly", "no"]);
        command.arg("--unixsocket").arg(self.socket()).arg("--dir").arg(self.directory.path());
        self.process = Some(command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap());
        let begun = Instant::now();
        while UnixStream::connect(self.socket()).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(20), "the server does not start");
            sleep(Duration::from_millis(2));
        }
        true
    }

    /// Ends it at once.
    pub(crate) fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("redis+unix://{}", self.socket().display())
    }

    /// A connection of the test's own.
    pub(crate) fn connection(&self) -> redis::Connection {
        redis::Client::open(self.url()).unwrap().get_connection().unwrap()
    }

    fn socket(&self) -> PathBuf {
        self.directory.path().join("socket")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}
