//! Finding CRIU and running it.

use super::metadata::Taken;
use super::scratch::Scratch;
use crate::config::environment;
use crate::error::{Code, Error, Result};
use std::ffi::OsString;
use std::fmt;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// How long it may take to say its version.
const VERSION_WITHIN: Duration = Duration::from_secs(5);
/// `CAP_SYS_PTRACE` and `CAP_SYS_ADMIN`: CRIU reads and rebuilds processes with the one, makes namespaces with the other.
const CAPABILITIES: [(u32, &str); 2] = [(19, "CAP_SYS_PTRACE"), (21, "CAP_SYS_ADMIN")];

/// No snapshot is smaller: an interpreter that has done nothing writes to more.
const SMALLEST: u64 = 4 << 20;

/// Major and minor version, and what follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub u32, pub u32, pub u32);

/// The oldest version that is used.
pub const OLDEST: Version = Version(4, 1, 0);

/// The first that asks for no option of a socket that Linux 6.16 has no more (CRIU issue 2705).
const KNOWS_SOCKETS: Version = Version(4, 2, 0);
/// That Linux: its major and minor version.
const WITHOUT_OPTION: (u32, u32) = (6, 16);

impl Version {
    /// From what `criu --version` prints.
    fn parse(text: &str) -> Option<Self> {
        let text = text.lines().find_map(|line| line.strip_prefix("Version:"))?.trim();
        let mut numbers = text.split(|c: char| !c.is_ascii_digit()).map(|part| part.parse().ok());
        Some(Self(numbers.next()??, numbers.next()??, numbers.next().flatten().unwrap_or(0)))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

/// A CRIU that this process may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Criu {
    program: PathBuf,
    version: Version,
}

impl Criu {
    /// Looks for CRIU, asks its version, and whether this process has the rights that it takes. May wait for it.
    ///
    /// Fails with `snapshot.unsupported`.
    pub fn find() -> Result<Self> {
        Self::at(environment::criu())
    }

    /// The same for the one that is named.
    pub fn at(program: PathBuf) -> Result<Self> {
        let said = say_version(&program).map_err(|error| {
            let text = format!("{} does not run: {error}", program.display());
            let hint = format!("install CRIU {OLDEST} or newer, or name it in {}", environment::CRIU);
            unsupported(text).hint(hint)
        })?;
        let version = Version::parse(&said)
            .ok_or_else(|| unsupported(format!("{} does not say its version", program.display())))?;
        if version < OLDEST {
            let text = format!("CRIU is {version}, it takes {OLDEST} or newer");
            return Err(unsupported(text).hint(format!("name a newer one in {}", environment::CRIU)));
        }
        check_rights()?;
        Ok(Self { program, version })
    }

    /// The program.
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// Its version.
    pub fn version(&self) -> Version {
        self.version
    }

    /// What it cannot dump on this kernel, for people; `None` where there is nothing of the kind.
    pub fn shortcoming(&self) -> Option<String> {
        let uname = rustix::system::uname();
        let lacks_option = kernel(&uname.release().to_string_lossy()).is_some_and(|version| version >= WITHOUT_OPTION);
        (lacks_option && self.version < KNOWS_SOCKETS).then(|| {
            format!("CRIU {KNOWS_SOCKETS} or newer takes them of workers of the Lambda Runtime API too, on this kernel")
        })
    }

    /// Dumps a stopped process into `directory`, and leaves it dead. What CRIU says of a failure is the error's text.
    ///
    /// What CRIU has found out about the kernel is kept there too, where there is a memory file system, on which alone it
    /// writes that: finding it out takes longer than the rest of a restore.
    pub(crate) async fn dump(&self, taken: &Taken, directory: &Path, within: Duration) -> Result<()> {
        let arguments = [
            "dump".into(),
            "--tree".into(),
            taken.pid.to_string().into(),
            "--images-dir".into(),
            directory.into(),
            "--log-file".into(),
            LOG.into(),
            "-v1".into(),
        ];
        let memory = Scratch::in_memory();
        let mut command = tokio::process::Command::new(&self.program);
        command.args::<_, OsString>(arguments).args(ALWAYS).args(taken.resume.as_ref().map(|_| UNCONNECTED));
        command.envs(memory.as_ref().map(|memory| (FACTS_DIR, memory.path())));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let ended = tokio::time::timeout(within, run(command)).await;
        let text = match ended {
            Ok(Ok(status)) if status.success() => {
                // Without it restores take longer.
                let _ = memory.map(|memory| std::fs::copy(memory.path().join(FACTS), directory.join(FACTS)));
                return Ok(());
            }
            Ok(Ok(status)) => format!("CRIU ended with {status}: {}", last_words(directory)),
            Ok(Err(error)) => format!("CRIU was not started: {error}"),
            Err(_) => format!("CRIU did not end within {within:?}"),
        };
        let error = Error::new(Code::SnapshotDumpFailed, "dump the instance", text);
        Err(if is_full(directory) {
            error.hint("no space is left on the disk of the state directory")
        } else if let Some(hint) = self.shortcoming().filter(|_| taken.resume.is_some()) {
            error.hint(hint)
        } else {
            error
        })
    }
}

/// Major and minor version of a kernel, from its release.
fn kernel(release: &str) -> Option<(u32, u32)> {
    let mut numbers = release.split(|c: char| !c.is_ascii_digit()).map(|part| part.parse().ok());
    Some((numbers.next()??, numbers.next()??))
}

/// How it ends. What it has started besides, to try out the kernel, ends with it, also where it is killed, or nobody waits
/// any more: such a child would stay stopped for ever.
async fn run(mut command: tokio::process::Command) -> io::Result<ExitStatus> {
    let mut criu = command.process_group(0).kill_on_drop(true).spawn()?;
    let _group = criu.id().map(OwnedGroup);
    criu.wait().await
}

/// A process group that is killed in the end.
struct OwnedGroup(u32);

impl Drop for OwnedGroup {
    fn drop(&mut self) {
        // Mostly there is nobody left.
        let _ = crate::sys::process::kill_group(self.0);
    }
}

/// Whether less is free than a snapshot takes at least; CRIU's log may be as full as the disk.
fn is_full(directory: &Path) -> bool {
    rustix::fs::statvfs(directory).is_ok_and(|disk| disk.f_bavail.saturating_mul(disk.f_frsize) < SMALLEST)
}

/// Options of every run. `--unprivileged` has CRIU look for what it knows of the kernel where it is told to, and leave
/// clocks as they are: what a function measures goes on while it is on disk.
pub(super) const ALWAYS: [&str; 2] = ["--unprivileged", "--manage-cgroups=ignore"];
/// For a process whose connections are made again: they are restored as sockets that lead nowhere.
pub(super) const UNCONNECTED: &str = "--tcp-close";
/// What CRIU has found out about the kernel, and the variable that names the directory where it looks for it.
pub(super) const FACTS: &str = "criu.kdat";
pub(super) const FACTS_DIR: &str = "XDG_RUNTIME_DIR";

/// The log of a dump or a restore, in its directory.
pub(crate) const LOG: &str = "criu.log";

/// The errors that CRIU has written to its log, the first of which is the cause.
pub(crate) fn last_words(directory: &Path) -> String {
    let log = std::fs::read(directory.join(LOG)).unwrap_or_default();
    let log = String::from_utf8_lossy(&log);
    // What it says of limits is a remark.
    let errors = log.lines().filter(|line| line.contains("Error") && !line.contains("rlimit:"));
    let told: Vec<_> =
        errors.map(|line| line.split_once("): ").map_or(line, |(_, text)| text).trim()).take(3).collect();
    if told.is_empty() { "it does not say why".to_owned() } else { told.join("; ") }
}

fn say_version(program: &Path) -> io::Result<String> {
    let mut command = Command::new(program);
    command.arg("--version").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn()?;
    let begun = Instant::now();
    while child.try_wait()?.is_none() {
        if begun.elapsed() > VERSION_WITHIN {
            child.kill()?;
            child.wait()?;
            return Err(io::ErrorKind::TimedOut.into());
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    let mut said = Vec::new();
    child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?.take(4096).read_to_end(&mut said)?;
    Ok(String::from_utf8_lossy(&said).into_owned())
}

fn check_rights() -> Result<()> {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let held = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    let held = held.and_then(|text| u64::from_str_radix(text.trim(), 16).ok()).unwrap_or(0);
    let missing: Vec<_> = CAPABILITIES.iter().filter(|(bit, _)| held >> bit & 1 == 0).map(|(_, name)| *name).collect();
    if rustix::process::geteuid().is_root() && missing.is_empty() {
        return Ok(());
    }
    let missing =
        if missing.is_empty() { "another user".to_owned() } else { format!("without {}", missing.join(", ")) };
    Err(unsupported(format!("this process runs as {missing}")).hint("run the host as root, with these capabilities"))
}

fn unsupported(text: String) -> Error {
    Error::new(Code::SnapshotUnsupported, "use CRIU", text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn fake(script: &str) -> (tempfile::TempDir, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let program = directory.path().join("criu");
        std::fs::write(&program, script).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        (directory, program)
    }

    #[test]
    fn versions_are_read_and_compared() {
        assert_eq!(Version::parse("Version: 4.1.1\nGitID: v4.1.1\n"), Some(Version(4, 1, 1)));
        assert_eq!(Version::parse("Version: 4.2"), Some(Version(4, 2, 0)));
        assert_eq!(Version::parse("4.2"), None);
        assert_eq!(kernel("6.16.0-rc1"), Some((6, 16)));
        assert_eq!((kernel("5.10.0-30-amd64"), kernel("x")), (Some((5, 10)), None));
        assert!(Version(3, 17, 1) < OLDEST && Version(4, 1, 0) >= OLDEST && Version(10, 0, 0) > OLDEST);
    }

    #[test]
    fn one_that_is_missing_old_or_dumb_is_told_of() {
        let message = |program| Criu::at(program).unwrap_err().message().to_owned();
        assert!(message("/nowhere/criu".into()).contains("does not run"));
        let (_kept, old) = fake("#!/bin/sh\necho Version: 3.17.1\n");
        assert!(message(old).contains("is 3.17.1"));
        let (_kept, dumb) = fake("#!/bin/sh\nexit 0\n");
        assert!(message(dumb).contains("does not say"));
    }

    #[test]
    fn the_first_errors_are_told() {
        let directory = tempfile::tempdir().unwrap();
        let log = "(00.1) Error (criu/util.c:1): rlimit: no\n(00.2) Error (criu/a.c:2): cause\n(00.3) Error (criu/b.c:3): so\n";
        std::fs::write(directory.path().join(LOG), log).unwrap();
        assert_eq!(last_words(directory.path()), "cause; so");
        assert_eq!(last_words(Path::new("/nowhere")), "it does not say why");
    }
}
