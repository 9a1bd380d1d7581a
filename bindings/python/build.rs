//! Puts the reader of init images into the package: the launcher's own files, which `python -m headstart.boot` starts
//! with.
#![expect(clippy::disallowed_methods, clippy::expect_used, reason = "a build script speaks with cargo by environment")]

use std::path::Path;
use std::{env, fs, io};

const FROM: &str = "../../runtimes/python/headstart_launcher/image";
const TO: &str = "python/headstart/_image";

fn main() -> io::Result<()> {
    let manifest = env::var("CARGO_MANIFEST_DIR").expect("cargo sets it");
    let (from, to) = (Path::new(&manifest).join(FROM), Path::new(&manifest).join(TO));
    println!("cargo::rerun-if-changed={}", from.display());
    fs::create_dir_all(&to)?;
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        let Some(name) = path.file_name().filter(|_| path.extension().is_some_and(|it| it == "py")) else { continue };
        let content = fs::read(&path)?;
        // What is the same stays as it is, and with it its bytecode.
        if fs::read(to.join(name)).ok().as_deref() != Some(&content[..]) {
            fs::write(to.join(name), content)?;
        }
    }
    Ok(())
}
