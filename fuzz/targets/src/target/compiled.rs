//! What interpreters load without a source: bytecode beside a source and without one, extension modules, pickles.

const APP: &[u8] = b"import lib\nopen(__file__[:-6] + 'model.pkl')\n\ndef handler(event, context):\n    return event\n";
const PLACES: &[&str] = &["__pycache__/app.cpython-312.pyc", "lib.pyc", "lib.cpython-312-x86_64-linux-gnu.so", "model.pkl"];

pub(crate) fn run(data: &[u8]) {
    let Some((place, data)) = crate::package::choice(data, PLACES.len()) else { return };
    let files = [("app.py", APP), ("other/__init__.py", b"".as_slice()), (PLACES[place], data)];
    let directory = crate::package::directory(&files);
    let package = crate::package::open(directory.path(), "app.handler", "python3.12").expect("a package");
    crate::package::look_into(&package);
}
