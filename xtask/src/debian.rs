//! Programs of Debian's newer releases below `target/tools`; nothing is installed.
//!
//! The packages are fetched by apt from the mirror that this machine uses, checked as apt does, and unpacked. Their own
//! loader starts them with their own libraries: by a script, or because the program is patched to say so.

use crate::shell::{Outcome, about, command, key, once, output, run, target};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

const KEYS: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";
const SOURCES: [&str; 2] = ["/etc/apt/sources.list", "/etc/apt/sources.list.d"];

/// A package, and the program in it.
pub(crate) struct Package {
    pub(crate) name: &'static str,
    /// Where it is below the root.
    pub(crate) program: &'static str,
    /// The release that has it new enough.
    pub(crate) suite: &'static str,
}

impl Package {
    /// The program, where it was set up.
    pub(crate) fn found(&self) -> Option<PathBuf> {
        Some(self.wrapper()).filter(|program| program.is_file())
    }

    /// Sets it up, or says why that cannot be done here; what needs it is skipped by name then.
    pub(crate) fn set_up_if_possible(&self) {
        self.if_possible(self.set_up());
    }

    /// What came of setting it up; says why where nothing did.
    pub(crate) fn if_possible<T>(&self, outcome: Outcome<T>) -> Option<T> {
        outcome.map_err(|why| eprintln!("xtask: without {}: {why}", self.name)).ok()
    }

    /// Sets it up.
    pub(crate) fn set_up(&self) -> Outcome {
        self.set_up_with(|| self.write_wrapper())
    }

    /// Sets it up as a program that is what it is, for one that starts itself again; gives it.
    pub(crate) fn set_up_patched(&self, patchelf: &Path) -> Outcome<PathBuf> {
        let program = self.unpacked().join(self.program);
        self.set_up_with(|| {
            let (loader, libraries) = self.loader()?;
            let mut patch = command(patchelf, ["--force-rpath", "--set-interpreter"]);
            run(patch.arg(&loader).arg("--set-rpath").arg(libraries).arg(&program))
        })?;
        Ok(program)
    }

    fn set_up_with(&self, finish: impl FnOnce() -> Outcome) -> Outcome {
        let mirror = mirror().ok_or("there is no Debian mirror in apt's sources")?;
        once(&self.directory(), &key(&[], &[self.suite, &mirror])?, || {
            self.fetch(&mirror)?;
            self.unpack()?;
            finish()
        })
    }

    fn directory(&self) -> PathBuf {
        target().join("tools").join(self.name)
    }

    /// Where its files are, and those of all that it needs.
    fn unpacked(&self) -> PathBuf {
        self.directory().join("root")
    }

    fn wrapper(&self) -> PathBuf {
        self.directory().join(self.name)
    }

    /// Has apt fetch the packages as if nothing was installed, with a state of its own.
    fn fetch(&self, mirror: &str) -> Outcome {
        let state = self.directory().join("apt");
        let (sources, status) = (state.join("sources.list"), state.join("status"));
        for directory in ["lists/partial", "archives/partial"].map(|name| state.join(name)) {
            fs::create_dir_all(&directory).map_err(|error| about(&directory, &error))?;
        }
        let line = format!("deb [signed-by={KEYS}] {mirror} {} main\n", self.suite);
        fs::write(&sources, line).map_err(|error| about(&sources, &error))?;
        fs::write(&status, "").map_err(|error| about(&status, &error))?;
        let state = state.display();
        let options = [
            format!("Dir::State::Lists={state}/lists"),
            format!("Dir::State::status={state}/status"),
            format!("Dir::Cache={state}"),
            format!("Dir::Cache::Archives={state}/archives"),
            format!("Dir::Etc::SourceList={state}/sources.list"),
            "Dir::Etc::SourceParts=/dev/null".to_owned(),
            "Dir::Etc::Preferences=/dev/null".to_owned(),
            "Dir::Etc::PreferencesParts=/dev/null".to_owned(),
            "Acquire::Languages=none".to_owned(),
            "quiet=2".to_owned(),
        ];
        let options: Vec<_> = options.into_iter().flat_map(|option| ["-o".to_owned(), option]).collect();
        let apt = |words: &[&str]| command("apt-get", options.iter().map(String::as_str).chain(words.iter().copied()));
        run(&mut apt(&["update"]))?;
        run(&mut apt(&["install", "--download-only", "--yes", "--no-install-recommends", self.name]))
    }

    fn unpack(&self) -> Outcome {
        let archives = self.directory().join("apt/archives");
        let root = self.unpacked();
        for entry in fs::read_dir(&archives).map_err(|error| about(&archives, &error))?.flatten() {
            if entry.path().extension().is_some_and(|extension| extension == "deb") {
                output(command("dpkg-deb", ["--extract"]).arg(entry.path()).arg(&root))?;
            }
        }
        fs::remove_dir_all(self.directory().join("apt")).map_err(|error| about(&archives, &error))
    }

    /// The loader, and the directory that it and the libraries are in.
    fn loader(&self) -> Outcome<(PathBuf, PathBuf)> {
        let loader = find(&self.unpacked().join("usr/lib"), "ld-linux").ok_or("the packages have no loader")?;
        let libraries = loader.parent().unwrap_or(&loader).to_owned();
        Ok((loader, libraries))
    }

    fn write_wrapper(&self) -> Outcome {
        let ((loader, libraries), program) = (self.loader()?, self.unpacked().join(self.program));
        let (loader, libraries, program) = (loader.display(), libraries.display(), program.display());
        let text = format!("#!/bin/sh\nexec {loader} --library-path {libraries} {program} \"$@\"\n");
        let wrapper = self.wrapper();
        fs::write(&wrapper, text).map_err(|error| about(&wrapper, &error))?;
        fs::set_permissions(&wrapper, fs::Permissions::from_mode(0o755)).map_err(|error| about(&wrapper, &error))
    }
}

/// Debian's mirror in apt's sources.
fn mirror() -> Option<String> {
    let files = SOURCES.into_iter().flat_map(|path| match fs::read_dir(path) {
        Ok(entries) => entries.flatten().map(|entry| entry.path()).collect(),
        Err(_) => vec![PathBuf::from(path)],
    });
    let texts: Vec<_> = files.filter_map(|file| fs::read_to_string(file).ok()).collect();
    let mut words = texts.iter().flat_map(|text| text.split_whitespace());
    let is_debian = |word: &&str| word.starts_with("http") && word.trim_end_matches('/').ends_with("/debian");
    words.find(is_debian).map(str::to_owned)
}

/// A file in one of the directories of `parent`.
fn find(parent: &Path, prefix: &str) -> Option<PathBuf> {
    let directories = fs::read_dir(parent).ok()?.flatten();
    let files = directories.flat_map(|directory| fs::read_dir(directory.path()).into_iter().flatten().flatten());
    files
        .map(|file| file.path())
        .find(|path| path.file_name().is_some_and(|it| it.to_string_lossy().starts_with(prefix)))
}
