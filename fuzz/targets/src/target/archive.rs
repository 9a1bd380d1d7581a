//! A zip archive from anywhere is refused with an error, or unpacked into its own directory and nowhere else.

use headstart::package::FileKind;

pub(crate) fn run(data: &[u8]) {
    let directory = crate::package::directory(&[("package.zip", data)]);
    let opened = crate::package::open(&directory.path().join("package.zip"), "app.handler", "python3.12");
    assert_eq!(std::fs::read_dir(directory.path()).expect("a directory").count(), 1, "it wrote beside the archive");
    let Ok(package) = opened else { return };
    assert_eq!(package.tree().roots().len(), 1, "an archive has nothing outside of itself");
    let root = package.directory().to_owned();
    for (id, file) in package.tree().iter().filter(|(_, file)| matches!(file.kind, FileKind::Link(_))) {
        let inside = package.tree().absolute(id).canonicalize().map_or(true, |path| path.starts_with(&root));
        assert!(inside, "{} leads out", file.path.display());
    }
    crate::package::look_into(&package);
    drop(package);
    assert!(!root.exists(), "what was unpacked is left");
}
