//! What lets a package start from its image on platforms that do not run our launcher.

use crate::error::{Code, Error, Result};
use crate::preload::IN_PACKAGE;
use std::path::Path;

/// Name and content of the files: the launcher's own, and the handler that platforms are told of.
const FILES: &[(&str, &str)] = &[
    ("headstart_image/__init__.py", include_str!("../../../launchers/python/headstart_launcher/image/__init__.py")),
    ("headstart_image/alone.py", include_str!("../../../launchers/python/headstart_launcher/image/alone.py")),
    ("headstart_image/collector.py", include_str!("../../../launchers/python/headstart_launcher/image/collector.py")),
    ("headstart_image/deferred.py", include_str!("../../../launchers/python/headstart_launcher/image/deferred.py")),
    ("headstart_image/deferring.py", include_str!("../../../launchers/python/headstart_launcher/image/deferring.py")),
    (
        "headstart_image/expressions.py",
        include_str!("../../../launchers/python/headstart_launcher/image/expressions.py"),
    ),
    ("headstart_image/finder.py", include_str!("../../../launchers/python/headstart_launcher/image/finder.py")),
    ("headstart_image/identity.py", include_str!("../../../launchers/python/headstart_launcher/image/identity.py")),
    ("headstart_image/jsontext.py", include_str!("../../../launchers/python/headstart_launcher/image/jsontext.py")),
    ("headstart_image/order.py", include_str!("../../../launchers/python/headstart_launcher/image/order.py")),
    ("headstart_image/reading.py", include_str!("../../../launchers/python/headstart_launcher/image/reading.py")),
    ("headstart_shim.py", include_str!("../../../launchers/python/headstart_slim/shim.py")),
];

/// Puts them into the package at `directory`, with the entry that they lead to.
pub(super) fn write(directory: &Path, entry: &str) -> Result<()> {
    let own = Path::new(IN_PACKAGE).with_file_name("entry");
    let entry = format!("{entry}\n");
    let files = FILES.iter().map(|(name, content)| (Path::new(*name), *content));
    for (name, content) in files.chain([(own.as_path(), entry.as_str())]) {
        let path = directory.join(name);
        let made = std::fs::create_dir_all(path.parent().unwrap_or(directory));
        made.and_then(|()| std::fs::write(&path, content)).map_err(|error| {
            Error::new(Code::SystemIo, "write into the package", error.to_string()).with("file", path.display())
        })?;
    }
    Ok(())
}
