//! What a workspace's Cargo.toml says of a profile (<https://doc.rust-lang.org/cargo/reference/profiles.html>).

use super::ProfileSettings;
use toml::{Table, Value};

/// Profiles that inherit from each other more often than this do so in circles.
const MOST_STEPS: usize = 16;

/// The profile whose files stand in a directory of this name.
pub(super) fn of_directory(name: &str) -> &str {
    if name == "debug" { "dev" } else { name }
}

/// The settings of a profile, with what it inherits; none where the manifest does not parse.
pub(super) fn settings(manifest: &str, profile: &str) -> ProfileSettings {
    let manifest: Table = toml::from_str(manifest).unwrap_or_default();
    let profiles = manifest.get("profile").and_then(Value::as_table);
    let get = |name: &str| {
        let mut profile = profile;
        for _ in 0..MOST_STEPS {
            let table = profiles.and_then(|all| all.get(profile)).and_then(Value::as_table);
            if let Some(value) = table.and_then(|table| table.get(name)) {
                return Some(text(value));
            }
            profile = table.and_then(|table| table.get("inherits")).and_then(Value::as_str)?;
        }
        None
    };
    ProfileSettings {
        opt_level: get("opt-level"),
        lto: get("lto"),
        codegen_units: get("codegen-units"),
        panic: get("panic"),
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_profile_inherits_counts() {
        let manifest = "[profile.release]\nlto = true\ncodegen-units = 4\n\
                        [profile.small]\ninherits = 'release'\nopt-level = 's'\nlto = 'fat'\n\
                        [profile.a]\ninherits = 'b'\n[profile.b]\ninherits = 'a'";
        let small = settings(manifest, "small");
        assert_eq!(small.lto.as_deref(), Some("fat"));
        assert_eq!((small.opt_level.as_deref(), small.codegen_units.as_deref()), (Some("s"), Some("4")));
        assert_eq!(settings(manifest, "release").lto.as_deref(), Some("true"));
        assert_eq!(settings(manifest, "a"), ProfileSettings::default());
        assert_eq!(settings("[", "release"), ProfileSettings::default());
    }
}
