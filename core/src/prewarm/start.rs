//! Which environment variables an interpreter looks at before any code of a function runs.

use std::collections::BTreeMap;

/// Variables of Python's own, of the dynamic linker, of the C library and its allocator begin like this.
const PREFIXES: &[&str] = &["PYTHON", "LD_", "GLIBC_", "MALLOC_", "LC_"];
/// What decides on the locale, the time zone and the user's own packages.
const NAMES: &[&str] = &["LANG", "LANGUAGE", "TZ", "HOME"];
/// Only adds directories to the search path, which a child of a zygote gets by itself.
const HARMLESS: &str = "PYTHONPATH";

/// Those of these variables that a zygote and its children must have in common: what they say is settled while the
/// interpreter starts.
pub fn start_variables(environment: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let settles = |name: &str| {
        name != HARMLESS && (NAMES.contains(&name) || PREFIXES.iter().any(|prefix| name.starts_with(prefix)))
    };
    let pairs = environment.iter().filter(|(name, _)| settles(name));
    pairs.map(|(name, value)| (name.clone(), value.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_start_looks_at() {
        let names = ["PYTHONPATH", "PYTHONHASHSEED", "LD_PRELOAD", "TABLE", "LC_ALL", "HOMEPAGE", "TZ"];
        let environment = names.map(|name| (name.to_owned(), "x".to_owned())).into();
        let kept: Vec<_> = start_variables(&environment).into_keys().collect();
        assert_eq!(kept, ["LC_ALL", "LD_PRELOAD", "PYTHONHASHSEED", "TZ"]);
    }
}
