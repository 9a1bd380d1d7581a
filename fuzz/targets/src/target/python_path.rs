//! `.pth` files and the finders of editable installs, in an archive: they lead nowhere outside of it.

const PLACES: &[&str] = &["a.pth", "__editable___x_finder.py"];
const SITE: &str = "venv/lib/python3.12/site-packages";

pub(crate) fn run(data: &[u8]) {
    let Some((place, data)) = crate::package::choice(data, PLACES.len()) else { return };
    let (place, editable) = (format!("{SITE}/{}", PLACES[place]), format!("{SITE}/b.pth"));
    let module = format!("{SITE}/below/one.py");
    let files = [
        ("app.py", b"import x, one\n".as_slice()),
        ("venv/pyvenv.cfg", b""),
        (&editable, b"import __editable___x_finder; x()\n"),
        (&module, b""),
        (&place, data),
    ];
    let archive = crate::package::archive(&files);
    let directory = crate::package::directory(&[("package.zip", &archive)]);
    let package = crate::package::open(&directory.path().join("package.zip"), "app.handler", "python3.12");
    let package = package.expect("a package");
    assert_eq!(package.tree().roots().len(), 1, "an archive has nothing outside of itself");
    crate::package::look_into(&package);
}
