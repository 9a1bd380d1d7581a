//! What a snapshot was taken of, and where: all of which has to be the same for it to be restored.

use crate::config::environment;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// Who is to be snapshotted.
#[derive(Debug, Clone)]
pub(crate) struct Subject {
    /// The function's name, which its instances know.
    pub(crate) function: String,
    /// The interpreter, or the native launcher.
    pub(crate) program: PathBuf,
    /// What it runs, and its options.
    pub(crate) arguments: Vec<String>,
    /// The function's directory.
    pub(crate) package: PathBuf,
    pub(crate) entry: String,
    pub(crate) environment: BTreeMap<String, String>,
    /// The event that it has handled, if any.
    pub(crate) warm_up: Option<Vec<u8>>,
    /// Bytes of memory, and of payload.
    pub(crate) limits: (Option<u64>, u32),
    /// The name of the protocol that its workers speak in place of ours, and what it tells them.
    pub(crate) protocol: Option<(&'static str, String)>,
}

impl Subject {
    /// A name for its snapshot that no other function of this user has, nor another version of it.
    pub(super) fn name(&self) -> String {
        let version = self.environment.get(environment::FUNCTION_VERSION).map_or("", String::as_str);
        let told = self.protocol.as_ref().map_or("", |(_, told)| told);
        let texts = [&self.function, &self.entry, version, told].map(str::as_bytes);
        digest(texts.into_iter().chain([self.package.as_os_str().as_encoded_bytes()]))[..24].to_owned()
    }
}

const BOOT: &str = "the boot";

/// How many variables a warning names.
const MOST_NAMED: usize = 5;

/// What was compared, as digests and stamps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Identity {
    /// By what they are of, in words that a warning can use.
    facts: BTreeMap<String, String>,
    /// Of the value of every variable that the function was given at its start.
    variables: BTreeMap<String, String>,
}

impl Identity {
    /// Of a function and this machine as they are now. Reads the names and stamps of all files of the package.
    pub(crate) fn of(subject: &Subject, criu: &str) -> io::Result<Self> {
        let variables = subject.environment.iter().map(|(name, value)| (name.clone(), digest([value.as_bytes()])));
        let uname = rustix::system::uname();
        let facts = [
            ("the name", subject.function.clone()),
            ("the package", package(&subject.package)?),
            ("the interpreter", format!("{} {}", subject.program.display(), stamp(&subject.program)?)),
            ("its arguments", subject.arguments.join(" ")),
            ("the warm-up event", digest(subject.warm_up.as_deref())),
            ("the limits", format!("{:?}", subject.limits)),
            ("the protocol", format!("{:?}", subject.protocol)),
            ("the kernel", format!("{} {}", uname.release().to_string_lossy(), uname.machine().to_string_lossy())),
            // The clock that never goes back begins again with each.
            (BOOT, boot()),
            ("the processor", processor()),
            ("CRIU", criu.to_owned()),
        ];
        let facts = facts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Ok(Self { facts, variables: variables.collect() })
    }

    /// Whether it is of the boot that lasts.
    pub(super) fn is_of_this_boot(&self) -> bool {
        self.facts.get(BOOT) == Some(&boot())
    }

    /// The first thing that is not the same; of the environment, the names of variables.
    pub(crate) fn difference(&self, now: &Self) -> Option<String> {
        let facts = changed(&self.facts, &now.facts);
        facts.first().map(|name| (*name).to_owned()).or_else(|| {
            let variables = changed(&self.variables, &now.variables);
            let more = if variables.len() > MOST_NAMED { ", ..." } else { "" };
            let first = variables.iter().take(MOST_NAMED).copied().collect::<Vec<_>>().join(", ");
            (!variables.is_empty()).then(|| format!("the environment ({first}{more})"))
        })
    }
}

/// Names of what is another in one than in the other, or missing there, in their order.
fn changed<'a>(then: &'a BTreeMap<String, String>, now: &'a BTreeMap<String, String>) -> Vec<&'a str> {
    let names: BTreeSet<_> = then.keys().chain(now.keys()).filter(|name| then.get(*name) != now.get(*name)).collect();
    names.into_iter().map(String::as_str).collect()
}

fn boot() -> String {
    fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default()
}

/// A digest of parts, each with its length.
fn digest<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes()).update(part);
    }
    hasher.finalize().to_hex().to_string()
}

/// Bytes, time of modification and inode of a file, which no writer leaves as they were.
pub(super) fn stamp(path: &Path) -> io::Result<String> {
    let found = fs::metadata(path)?;
    Ok(format!("{}:{}.{:09}:{}", found.len(), found.mtime(), found.mtime_nsec(), found.ino()))
}

/// Names, sizes and times of everything in a package but bytecode that interpreters leave there.
fn package(root: &Path) -> io::Result<String> {
    let mut lines = Vec::new();
    let mut directories = vec![root.to_owned()];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(&directory)? {
            let entry = entry?;
            let (path, found) = (entry.path(), entry.metadata()?);
            if found.is_dir() {
                if entry.file_name() != "__pycache__" {
                    directories.push(path);
                }
                continue;
            }
            let modified =
                found.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
            let mut line = path.into_os_string().into_encoded_bytes();
            line.extend(format!("\0{}:{}", found.len(), modified.as_nanos()).into_bytes());
            lines.push(line);
        }
    }
    lines.sort_unstable();
    Ok(digest(lines.iter().map(Vec::as_slice)))
}

/// What the processor can do, as the kernel lists it: code that has looked once does not look again.
fn processor() -> String {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let first = text.split("\n\n").next().unwrap_or_default();
    let told =
        first.lines().filter(|line| ["flags", "Features", "model name"].iter().any(|name| line.starts_with(name)));
    digest(told.map(str::as_bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_changed_is_named() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("app.py"), "1").unwrap();
        let subject = Subject {
            function: "told".into(),
            program: "/bin/sh".into(),
            arguments: Vec::new(),
            package: root.path().into(),
            entry: "app.handler".into(),
            environment: BTreeMap::new(),
            warm_up: None,
            limits: (None, 1),
            protocol: None,
        };
        let before = Identity::of(&subject, "4.1.1").unwrap();
        assert_eq!(before.difference(&Identity::of(&subject, "4.1.1").unwrap()), None);
        fs::create_dir(root.path().join("__pycache__")).unwrap();
        fs::write(root.path().join("__pycache__/app.pyc"), "left").unwrap();
        assert_eq!(before.difference(&Identity::of(&subject, "4.1.1").unwrap()), None);
        assert_eq!(before.difference(&Identity::of(&subject, "4.2.0").unwrap()).as_deref(), Some("CRIU"));
        fs::write(root.path().join("app.py"), "12").unwrap();
        assert_eq!(before.difference(&Identity::of(&subject, "4.1.1").unwrap()).as_deref(), Some("the package"));
    }

    #[test]
    fn variables_that_have_changed_are_named() {
        let of = |pairs: &[(&str, &str)]| Identity {
            facts: BTreeMap::new(),
            variables: pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        };
        let before = of(&[("A", "1"), ("B", "2"), ("C", "3")]);
        let difference = |now: &[(&str, &str)]| before.difference(&of(now));
        assert_eq!(difference(&[("A", "1"), ("B", "2"), ("C", "3")]), None);
        let now = [("A", "0"), ("B", "2"), ("D", "4")];
        assert_eq!(difference(&now).as_deref(), Some("the environment (A, C, D)"));
        let now: Vec<_> = ["D", "E", "F"].map(|name| (name, "")).to_vec();
        assert_eq!(difference(&now).as_deref(), Some("the environment (A, B, C, D, E, ...)"));
    }
}
