//! What a function is: its versions, aliases and limits, as they are kept on disk. Everything here is a pure function of
//! what is given.

use super::fault::{Fault, Kind};
use super::name::Qualifier;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;

/// The format of a record on disk; another one is not read.
pub(super) const FORMAT: u32 = 1;

/// One version of a function: what can still be changed, or what was published under a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Which {
    Latest,
    Published(u64),
}

impl fmt::Display for Which {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Which::Latest => f.write_str("$LATEST"),
            Which::Published(number) => number.fmt(f),
        }
    }
}

/// What one version runs, and how.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Version {
    pub(super) runtime: String,
    pub(super) handler: String,
    pub(super) role: String,
    pub(super) description: String,
    pub(super) timeout_ms: u64,
    pub(super) memory_mb: Option<u32>,
    pub(super) environment: BTreeMap<String, String>,
    /// Whether instances of it are restored from a snapshot, once it is published; at once where it lies in a directory.
    #[serde(default)]
    pub(super) snap_start: bool,
    /// Members that change nothing here and are given back as they came.
    pub(super) echoed: BTreeMap<String, Value>,
    pub(super) code: CodeRecord,
    pub(super) revision: String,
    pub(super) modified: String,
}

/// Which code a version runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct CodeRecord {
    /// The name of its directory among the function's.
    pub(super) directory: String,
    /// Of the archive, in base64.
    pub(super) sha256: String,
    /// Of the archive.
    pub(super) bytes: u64,
}

/// A name that leads to a version, and to others for some of the requests.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Alias {
    pub(super) version: u64,
    pub(super) description: String,
    /// The share of requests that other versions get, from 0 to 1.
    pub(super) weights: BTreeMap<u64, f64>,
    pub(super) revision: String,
}

/// How many instances are to be held ready.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Provisioned {
    pub(super) count: u32,
    pub(super) modified: String,
}

/// A function.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Record {
    pub(super) format: u32,
    pub(super) name: String,
    pub(super) latest: Version,
    pub(super) published: BTreeMap<u64, Version>,
    /// Numbers are not given twice.
    pub(super) next: u64,
    pub(super) aliases: BTreeMap<String, Alias>,
    pub(super) reserved: Option<u32>,
    /// By version number or alias.
    pub(super) provisioned: BTreeMap<String, Provisioned>,
    pub(super) tags: BTreeMap<String, String>,
}

impl Record {
    /// A function of which nothing has been published.
    pub(super) fn new(name: String, latest: Version) -> Self {
        Self {
            format: FORMAT,
            name,
            latest,
            published: BTreeMap::new(),
            next: 1,
            aliases: BTreeMap::new(),
            reserved: None,
            provisioned: BTreeMap::new(),
            tags: BTreeMap::new(),
        }
    }

    /// One of its versions.
    pub(super) fn version(&self, which: Which) -> Result<&Version, Fault> {
        match which {
            Which::Latest => Ok(&self.latest),
            Which::Published(number) => self.published.get(&number).ok_or_else(|| self.unknown(&number.to_string())),
        }
    }

    /// All versions, `$LATEST` first.
    pub(super) fn versions(&self) -> impl Iterator<Item = (Which, &Version)> {
        let published = self.published.iter().map(|(number, version)| (Which::Published(*number), version));
        std::iter::once((Which::Latest, &self.latest)).chain(published)
    }

    /// The version that serves a request; `chance`, from 0 to 1, decides where an alias has weights.
    pub(super) fn resolve(&self, qualifier: Option<&Qualifier>, chance: f64) -> Result<Which, Fault> {
        let which = match qualifier {
            None | Some(Qualifier::Latest) => Which::Latest,
            Some(Qualifier::Version(number)) => Which::Published(*number),
            Some(Qualifier::Alias(name)) => Which::Published(self.alias(name)?.route(chance)),
        };
        self.version(which).map(|_| which)
    }

    /// One of its aliases.
    pub(super) fn alias(&self, name: &str) -> Result<&Alias, Fault> {
        self.aliases.get(name).ok_or_else(|| self.unknown(name))
    }

    /// Versions that are served from snapshots.
    pub(super) fn snap_started(&self) -> impl Iterator<Item = Which> {
        let published = self.published.iter().filter(|(_, version)| version.snap_start);
        published.map(|(number, _)| Which::Published(*number))
    }

    /// Publishes what there is now, unless that is what was published last; the number it has.
    pub(super) fn publish(&mut self, description: Option<String>, revision: String) -> (u64, bool) {
        if let Some((number, last)) = self.published.last_key_value()
            && last.is_same(&self.latest, description.as_deref())
        {
            return (*number, false);
        }
        let number = self.next;
        let description = description.unwrap_or_else(|| self.latest.description.clone());
        self.published.insert(number, Version { description, revision, ..self.latest.clone() });
        self.next += 1;
        (number, true)
    }

    /// Takes a published version away; fails where an alias leads to it.
    pub(super) fn remove_version(&mut self, number: u64) -> Result<(), Fault> {
        let leads = |alias: &Alias| alias.version == number || alias.weights.contains_key(&number);
        let named: Vec<&str> =
            self.aliases.iter().filter(|(_, alias)| leads(alias)).map(|(name, _)| name.as_str()).collect();
        if !named.is_empty() {
            let text =
                format!("Unable to delete version because the following aliases reference it: [{}]", named.join(", "));
            return Err(Fault::new(Kind::Conflict, text));
        }
        self.provisioned.remove(&number.to_string());
        // What is not there is as good as deleted.
        self.published.remove(&number);
        Ok(())
    }

    /// How many instances of each version are to be held.
    pub(super) fn held(&self) -> BTreeMap<Which, usize> {
        let mut held = BTreeMap::new();
        for (qualifier, provisioned) in &self.provisioned {
            let version = match self.aliases.get(qualifier) {
                Some(alias) => Some(alias.version),
                None => qualifier.parse().ok(),
            };
            let which = version.map_or(Which::Latest, Which::Published);
            *held.entry(which).or_default() += usize::try_from(provisioned.count).unwrap_or(usize::MAX);
        }
        held
    }

    /// Fails where a caller goes by another state than there is.
    pub(super) fn check_revision(current: &str, expected: Option<&str>) -> Result<(), Fault> {
        if expected.is_none_or(|expected| expected == current) {
            return Ok(());
        }
        let text = "The RevisionId provided does not match the latest RevisionId. Call the \
                    GetFunction/GetAlias API to retrieve the latest Revision Id";
        Err(Fault::new(Kind::Precondition, text))
    }

    fn unknown(&self, qualifier: &str) -> Fault {
        not_found(&self.name, Some(qualifier))
    }
}

impl Version {
    /// Whether instances of the one serve the other as well.
    pub(super) fn runs_as(&self, other: &Version) -> bool {
        let what = |it: &Self| (it.runtime.clone(), it.handler.clone(), it.memory_mb, it.code.clone());
        what(self) == what(other) && self.environment == other.environment
    }

    /// Whether publishing `latest` would publish the same again.
    fn is_same(&self, latest: &Version, description: Option<&str>) -> bool {
        let described = Version {
            description: description.unwrap_or(&latest.description).to_owned(),
            revision: self.revision.clone(),
            ..latest.clone()
        };
        *self == described
    }
}

impl Alias {
    /// The version for one request.
    fn route(&self, chance: f64) -> u64 {
        let mut passed = 0.0;
        for (version, weight) in &self.weights {
            passed += weight;
            if chance < passed {
                return *version;
            }
        }
        self.version
    }
}

/// What there is not.
pub(super) fn not_found(name: &str, qualifier: Option<&str>) -> Fault {
    let arn = super::described::arn(name, qualifier);
    Fault::new(Kind::NotFound, format!("Function not found: {arn}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(sha256: &str) -> Version {
        Version {
            runtime: "python3".into(),
            handler: "app.handler".into(),
            role: String::new(),
            description: String::new(),
            timeout_ms: 3_000,
            memory_mb: Some(128),
            environment: BTreeMap::new(),
            snap_start: false,
            echoed: BTreeMap::new(),
            code: CodeRecord { directory: "a".into(), sha256: sha256.into(), bytes: 1 },
            revision: "r".into(),
            modified: "now".into(),
        }
    }

    #[test]
    fn the_same_is_not_published_twice_and_numbers_are_not_reused() {
        let mut record = Record::new("f".into(), version("x"));
        assert_eq!(record.publish(None, "1".into()), (1, true));
        assert_eq!(record.publish(None, "2".into()), (1, false));
        assert_eq!(record.publish(Some("other".into()), "3".into()), (2, true));
        record.remove_version(2).unwrap();
        record.latest = version("y");
        assert_eq!(record.publish(None, "4".into()), (3, true));
    }

    #[test]
    fn weights_share_out_requests_and_aliases_keep_their_versions() {
        let mut record = Record::new("f".into(), version("x"));
        record.publish(None, "1".into());
        record.latest = version("y");
        record.publish(None, "2".into());
        let weights = BTreeMap::from([(2, 0.25)]);
        record
            .aliases
            .insert("live".into(), Alias { version: 1, description: String::new(), weights, revision: "r".into() });
        let to = |chance| record.resolve(Some(&Qualifier::Alias("live".into())), chance).unwrap();
        assert_eq!(
            (to(0.0), to(0.24), to(0.25), to(0.99)),
            (Which::Published(2), Which::Published(2), Which::Published(1), Which::Published(1))
        );
        assert_eq!(record.clone().remove_version(2).unwrap_err().kind(), Kind::Conflict);
        assert_eq!(record.resolve(Some(&Qualifier::Version(9)), 0.0).unwrap_err().kind(), Kind::NotFound);
    }

    #[test]
    fn what_is_held_is_summed_up_by_version() {
        let mut record = Record::new("f".into(), version("x"));
        record.publish(None, "1".into());
        let alias = Alias { version: 1, description: String::new(), weights: BTreeMap::new(), revision: "r".into() };
        record.aliases.insert("live".into(), alias);
        for (qualifier, count) in [("live", 2), ("1", 3)] {
            record.provisioned.insert(qualifier.into(), Provisioned { count, modified: String::new() });
        }
        assert_eq!(record.held(), BTreeMap::from([(Which::Published(1), 5)]));
    }
}
