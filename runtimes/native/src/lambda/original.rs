//! The runtime that a wrapper stands before (`AWS_LAMBDA_EXEC_WRAPPER`): its command comes as arguments.

use headstart::error::{Code, Error};
use headstart::package::Language;
use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The command of another runtime.
#[derive(Debug)]
pub(super) struct Original {
    pub(super) program: PathBuf,
    arguments: Vec<OsString>,
}

impl Original {
    /// What the arguments say: one word is the handler, as container images give it; a command begins with a path.
    pub(super) fn read(mut arguments: impl Iterator<Item = OsString>) -> (Option<String>, Option<Self>) {
        let Some(first) = arguments.next() else { return (None, None) };
        if Path::new(&first).is_absolute() {
            return (None, Some(Self { program: first.into(), arguments: arguments.collect() }));
        }
        (first.into_string().ok(), None)
    }

    /// What it is written in, by the name of the program.
    pub(super) fn language(&self) -> Option<Language> {
        let name = self.program.file_name()?.to_str()?;
        match name.trim_end_matches(|it: char| it.is_ascii_digit() || it == '.') {
            "python" => Some(Language::Python),
            "node" | "nodejs" => Some(Language::Node),
            _ => None,
        }
    }

    /// The interpreter's options: what stands before the script.
    pub(super) fn options(&self) -> Vec<OsString> {
        let is_script = |it: &OsString| Path::new(it).is_absolute();
        self.arguments.iter().take_while(|it| !is_script(it)).cloned().collect()
    }

    /// Lets it have this process; returns only where that fails.
    pub(super) fn take_over(&self) -> Error {
        let error = Command::new(&self.program).args(&self.arguments).exec();
        Error::new(Code::WorkerSpawnFailed, "start the original runtime", error.to_string())
            .with("program", self.program.display())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &[&str]) -> (Option<String>, Option<Original>) {
        Original::read(words.iter().map(OsString::from))
    }

    #[test]
    fn a_command_and_a_handler_are_told_apart() {
        assert!(matches!(read(&[]), (None, None)));
        assert_eq!(read(&["app.handler"]).0.as_deref(), Some("app.handler"));
        let original =
            read(&["/var/lang/bin/node", "--expose-gc", "--size", "8", "/var/runtime/index.mjs", "x"]).1.unwrap();
        assert_eq!(original.language(), Some(Language::Node));
        assert_eq!(original.options(), ["--expose-gc", "--size", "8"]);
        assert_eq!(read(&["/var/lang/bin/python3.12", "/x.py"]).1.unwrap().language(), Some(Language::Python));
        assert_eq!(read(&["/var/lang/bin/java", "-jar"]).1.unwrap().language(), None);
    }
}
