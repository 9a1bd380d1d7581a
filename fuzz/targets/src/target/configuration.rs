//! The configuration of a package that somebody else wrote, in each of the places where it may stand.

use headstart::config::FunctionConfig;

const PLACES: &[&str] = &["headstart.toml", "pyproject.toml", "package.json", "Cargo.toml"];

pub(crate) fn run(data: &[u8]) {
    let Some((place, data)) = crate::package::choice(data, PLACES.len()) else { return };
    let directory = crate::package::directory(&[(PLACES[place], data)]);
    let _ = FunctionConfig::load(directory.path());
}
