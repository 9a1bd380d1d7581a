//! What a distribution says of itself: RECORD, METADATA, entry points; nothing of it need be true.

const PLACES: &[&str] = &["RECORD", "METADATA", "entry_points.txt"];
const APP: &[u8] = b"import pkg\nfrom importlib.metadata import entry_points\nentry_points(group='a')\n";

pub(crate) fn run(data: &[u8]) {
    let Some((place, data)) = crate::package::choice(data, PLACES.len()) else { return };
    let place = format!("pkg-1.0.dist-info/{}", PLACES[place]);
    let files = [("app.py", APP), ("pkg/__init__.py", b"".as_slice()), ("pkg/one.py", b""), (&place, data)];
    let directory = crate::package::directory(&files);
    let package = crate::package::open(directory.path(), "app.handler", "python3.12").expect("a package");
    crate::package::look_into(&package);
}
