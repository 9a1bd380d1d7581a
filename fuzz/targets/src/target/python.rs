//! A Python source through the tracer, as the entry of a function.

pub(crate) fn run(data: &[u8]) {
    let files = [
        ("app.py", data),
        ("own.py", b"".as_slice()),
        ("data/a.txt", b""),
        ("pkg/__init__.py", b"from .sub import *\n"),
        ("pkg/sub.py", b"__all__ = ['x']\n"),
        ("pkg/plugins/one.py", b""),
        ("pkg-1.0.dist-info/METADATA", b"Name: pkg\nVersion: 1.0\n"),
        ("pkg-1.0.dist-info/RECORD", b"pkg/__init__.py,,\npkg/sub.py,,\n"),
        ("pkg-1.0.dist-info/entry_points.txt", b"[pkg.plugins]\none = pkg.plugins.one\n"),
    ];
    let directory = crate::package::directory(&files);
    let package = crate::package::open(directory.path(), "app.handler", "python3.12").expect("a package");
    crate::package::look_into(&package);
}
