//! Relative names, from where they are written.

use super::facts::ModuleName;
use super::search::Module;

/// The full name of what `name` means in `module`; `None` where it leads above the top.
pub(super) fn absolute(name: &ModuleName, module: &Module) -> Option<String> {
    if name.level == 0 {
        return (!name.path.is_empty()).then(|| name.path.clone());
    }
    let mut package = module.package();
    for _ in 1..name.level {
        package = package.rsplit_once('.')?.0;
    }
    match (package, name.path.as_str()) {
        ("", _) => None,
        (package, "") => Some(package.to_owned()),
        (package, path) => Some(format!("{package}.{path}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_lead_up() {
        let module = |name: &str, is_package: bool| Module {
            name: name.to_owned(),
            file: None,
            directories: if is_package { vec!["x".into()] } else { Vec::new() },
        };
        let of = |text: &str, module: &Module| absolute(&ModuleName::parse(text), module);
        let (plain, package) = (module("a.b.c", false), module("a.b", true));
        assert_eq!(of("x.y", &plain).as_deref(), Some("x.y"));
        assert_eq!(of(".x", &plain).as_deref(), Some("a.b.x"));
        assert_eq!(of("..x", &plain).as_deref(), Some("a.x"));
        assert_eq!(of(".", &package).as_deref(), Some("a.b"));
        assert_eq!(of("..", &package).as_deref(), Some("a"));
        assert_eq!(of("...x", &package), None);
        assert_eq!(of(".x", &module("top", false)), None);
    }
}
