//! Which package of a workspace, and which of its targets, is the function.

use super::Product;
use crate::error::{Code, Error, Result};
use crate::package::Entry;
use cargo_metadata::{Metadata, Package, Target};
use std::path::Path;

/// The package that is meant: the one that was named, else the one whose manifest is in `directory`, else the only
/// one of the workspace that has `[package.metadata.headstart]`, or that builds a function.
///
/// Fails with `config.invalid` where the workspace has none of this name, `config.missing` where several may be meant
/// or none is a function.
pub(super) fn package<'a>(metadata: &'a Metadata, directory: &Path, wanted: Option<&str>) -> Result<&'a Package> {
    let members = metadata.workspace_packages();
    if let Some(wanted) = wanted {
        let found = members.iter().find(|package| *package.name == wanted);
        return found.copied().ok_or_else(|| unknown(wanted, &members));
    }
    let is_here = |package: &&Package| package.manifest_path.parent().is_some_and(|it| it.as_std_path() == directory);
    let functions: Vec<_> = members.iter().copied().filter(|package| functions(package).next().is_some()).collect();
    if let Some(here) = members.iter().copied().find(is_here) {
        if functions.iter().any(|it| it.id == here.id) {
            return Ok(here);
        }
        // The package at the root may be there for the workspace alone.
        if directory != metadata.workspace_root.as_std_path() {
            return Err(no_function().with("package", &here.name));
        }
    }
    let said: Vec<_> = functions.iter().copied().filter(|it| it.metadata.get("headstart").is_some()).collect();
    match (&said[..], &functions[..]) {
        ([one], _) | (_, [one]) => Ok(one),
        (_, []) => Err(no_function()),
        _ => Err(several_packages(&functions)),
    }
}

/// The target that is meant: the one that the entry names, else the only one.
///
/// Fails with `config.missing` where several may be meant or none is a function.
pub(super) fn target<'a>(package: &'a Package, entry: Option<&Entry>) -> Result<(&'a Target, Product)> {
    let all: Vec<_> = functions(package).collect();
    let is_named = |(target, product): &&(&Target, Product)| {
        let file = file_name(target, *product);
        let stem = file.strip_suffix(".so").unwrap_or(&file);
        entry.is_some_and(|it| it.module() == stem || stem.strip_prefix("lib") == Some(it.module()))
    };
    let is_default = |(target, _): &&(&Target, Product)| package.default_run.as_deref() == Some(&target.name);
    let found = all.iter().find(is_named).or_else(|| all.iter().find(is_default));
    match (found, &all[..]) {
        (Some(found), _) => Ok(*found),
        (None, [one]) => Ok(*one),
        (None, []) => Err(no_function().with("package", &package.name)),
        (None, _) => Err(several_targets(package, &all)),
    }
}

/// What Cargo calls the file that a target is built to, on Linux.
pub(super) fn file_name(target: &Target, product: Product) -> String {
    match product {
        Product::Program => target.name.clone(),
        Product::Library => format!("lib{}.so", target.name.replace('-', "_")),
    }
}

fn functions(package: &Package) -> impl Iterator<Item = (&Target, Product)> {
    package.targets.iter().filter_map(|target| match target {
        it if it.is_cdylib() => Some((it, Product::Library)),
        it if it.is_bin() => Some((it, Product::Program)),
        _ => None,
    })
}

fn missing(why: &str) -> Error {
    Error::new(Code::ConfigMissing, "find the function of the Cargo project", why)
}

fn no_function() -> Error {
    missing("it builds no program and no library with a C interface")
        .hint("set `crate-type = [\"cdylib\"]` under [lib] in Cargo.toml")
}

fn several_packages(packages: &[&Package]) -> Error {
    let names: Vec<_> = packages.iter().map(|package| package.name.as_str()).collect();
    missing("several packages of the workspace may be meant").hint(format!("pass --package: {}", names.join(", ")))
}

fn several_targets(package: &Package, targets: &[(&Target, Product)]) -> Error {
    let names: Vec<_> = targets.iter().map(|(target, product)| file_name(target, *product)).collect();
    missing("the package builds several").with("package", &package.name).hint(format!(
        "name one by its entry, as in --entry libNAME.handler, or the built file itself: {}",
        names.join(", ")
    ))
}

fn unknown(wanted: &str, members: &[&Package]) -> Error {
    let names: Vec<_> = members.iter().map(|package| package.name.as_str()).collect();
    Error::new(Code::ConfigInvalid, "find the function of the Cargo project", "the workspace has no such package")
        .with("package", wanted)
        .hint(format!("its packages are {}", names.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    /// A package with targets, each as kind and name.
    fn described(name: &str, targets: &[(&str, &str)], metadata: &Value) -> Value {
        let target = |(kind, name): &(&str, &str)| json!({"name": name, "kind": [kind], "src_path": "/w/x.rs"});
        json!({
            "name": name, "version": "1.0.0", "id": name, "dependencies": [], "features": {},
            "targets": targets.iter().map(target).collect::<Vec<_>>(),
            "manifest_path": format!("/w/{name}/Cargo.toml"), "metadata": metadata,
        })
    }

    fn workspace(packages: &[Value]) -> Metadata {
        let ids: Vec<_> = packages.iter().map(|package| package["id"].clone()).collect();
        let metadata = json!({
            "packages": packages, "workspace_members": ids, "workspace_default_members": ids, "resolve": null,
            "workspace_root": "/w", "target_directory": "/w/target", "version": 1, "metadata": null,
        });
        serde_json::from_value(metadata).unwrap()
    }

    fn chosen(metadata: &Metadata, directory: &str, wanted: Option<&str>) -> Result<String, Code> {
        let chosen = package(metadata, Path::new(directory), wanted);
        chosen.map(|package| package.name.to_string()).map_err(|error| error.code())
    }

    #[test]
    fn a_package_is_named_or_here_or_the_only_one() {
        let (a, b) = (described("a", &[("bin", "a")], &Value::Null), described("b", &[("cdylib", "b")], &Value::Null));
        let library = described("l", &[("lib", "l")], &Value::Null);
        let both = workspace(&[a.clone(), b, library.clone()]);
        assert_eq!(chosen(&both, "/w", Some("b")).as_deref(), Ok("b"));
        assert_eq!(chosen(&both, "/w/a", None).as_deref(), Ok("a"));
        assert_eq!(chosen(&both, "/w", None), Err(Code::ConfigMissing));
        assert_eq!(chosen(&both, "/w", Some("c")), Err(Code::ConfigInvalid));
        assert_eq!(chosen(&workspace(&[a.clone(), library.clone()]), "/w", None).as_deref(), Ok("a"));
        assert_eq!(chosen(&workspace(&[a.clone(), library.clone()]), "/w/l", None), Err(Code::ConfigMissing));
        assert_eq!(chosen(&workspace(&[library]), "/w", None), Err(Code::ConfigMissing));
        let said = described("s", &[("bin", "s")], &json!({"headstart": {}}));
        assert_eq!(chosen(&workspace(&[a, said]), "/w", None).as_deref(), Ok("s"));
    }

    #[test]
    fn a_target_is_named_by_the_entry_or_the_only_one() {
        let metadata = workspace(&[described("a", &[("cdylib", "my-fn"), ("bin", "tool")], &Value::Null)]);
        let package = &metadata.packages[0];
        let chosen = |entry: Option<&str>| {
            let entry = entry.map(|it| it.parse().unwrap());
            target(package, entry.as_ref()).map(|(target, product)| file_name(target, product))
        };
        assert_eq!(chosen(Some("libmy_fn.handler")).unwrap(), "libmy_fn.so");
        assert_eq!(chosen(Some("my_fn.handler")).unwrap(), "libmy_fn.so");
        assert_eq!(chosen(Some("tool.main")).unwrap(), "tool");
        let error = chosen(None).unwrap_err();
        assert_eq!(error.code(), Code::ConfigMissing);
        assert!(error.hint_text().unwrap().ends_with("libmy_fn.so, tool"), "{:?}", error.hint_text());
    }
}
