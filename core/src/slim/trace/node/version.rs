//! What differs between versions of Node, as far as it decides which files are reached.

/// The newest version that the rules below were checked against.
pub(super) const NEWEST: (u32, u32) = (26, 0);

/// The interfaces for addons by major version, as in Node's `doc/abi_version_registry.json`.
const ABIS: &[(u32, u32)] = &[(20, 115), (21, 120), (22, 127), (23, 131), (24, 137), (25, 141)];

/// What a version of Node does.
#[derive(Debug, Clone, Copy)]
pub(super) struct Features {
    /// Whether it runs TypeScript by stripping types (22.18, 23.6 and later).
    pub strips_types: bool,
    /// Whether `exports` may be taken by the `module-sync` condition (22.10; 20.19 has it too).
    pub module_sync: Choice,
    /// The number of the interface that addons are built for (`process.versions.modules`), where it is known.
    pub abi: Option<u32>,
    /// The major version, which names the directories of layers.
    pub major: u32,
}

/// What is known about a feature that came within a major version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Choice {
    Always,
    /// Only the major version was named, and the feature came later within it: both ways are kept.
    Either,
    Never,
}

impl Features {
    /// The features of a version; `named`: how much of it was said, major and minor.
    pub(super) fn of(version: (u32, u32), named: (bool, bool)) -> Self {
        let module_sync = match (version, named) {
            (_, (false, _)) | ((20 | 22, _), (_, false)) => Choice::Either,
            ((22, 10..) | (20, 19..) | (23.., _), _) => Choice::Always,
            _ => Choice::Never,
        };
        let strips_types = match version.0 {
            22 => version.1 >= 18 || !named.1,
            23 => version.1 >= 6 || !named.1,
            major => major >= 24,
        };
        let abi = ABIS.iter().find(|(major, _)| named.0 && *major == version.0).map(|(_, abi)| *abi);
        Self { strips_types, module_sync, abi, major: version.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_came_within_major_versions() {
        let of = |major, minor| Features::of((major, minor), (true, true));
        assert!(!of(22, 17).strips_types && of(22, 18).strips_types && !of(23, 5).strips_types);
        assert!(of(24, 0).strips_types && !of(20, 19).strips_types);
        assert_eq!(of(22, 9).module_sync, Choice::Never);
        assert_eq!(of(22, 10).module_sync, Choice::Always);
        assert_eq!(Features::of((22, 0), (true, false)).module_sync, Choice::Either);
        assert_eq!(Features::of((24, 0), (true, false)).module_sync, Choice::Always);
        assert_eq!(Features::of(NEWEST, (false, false)).module_sync, Choice::Either);
    }
}
