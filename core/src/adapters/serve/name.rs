//! Names of functions, versions and aliases, by the patterns of AWS's service model.

use super::fault::Fault;
use std::fmt;

/// The longest name of a function that is created.
const LONGEST_NAME: usize = 64;
/// The longest way to write one, as an ARN with a qualifier.
const LONGEST_REFERENCE: usize = 256;
const LONGEST_ALIAS: usize = 128;
const LATEST: &str = "$LATEST";

const REFERENCE_PATTERN: &str = r"(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?([a-zA-Z0-9-_\.]+)(:(\$LATEST(\.PUBLISHED)?|[a-zA-Z0-9-_]+))?";
const QUALIFIER_PATTERN: &str = r"\$(LATEST(\.PUBLISHED)?)|[a-zA-Z0-9-_$]+";
const ALIAS_PATTERN: &str = r"(?!^[0-9]+$)([a-zA-Z0-9-_]+)";

/// Which version of a function is meant.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Qualifier {
    /// What can still be changed.
    Latest,
    /// What was published.
    Version(u64),
    /// What a name leads to.
    Alias(String),
}

impl Qualifier {
    /// Reads one, as it stands behind a name or in a query.
    pub(super) fn parse(text: &str) -> Result<Self, Fault> {
        let refuse = || {
            Fault::constraint(text, "qualifier", &format!("satisfy regular expression pattern: {QUALIFIER_PATTERN}"))
        };
        if text == LATEST {
            return Ok(Self::Latest);
        }
        if text.len() > LONGEST_ALIAS || !is_word(text) {
            return Err(refuse());
        }
        if text.bytes().all(|byte| byte.is_ascii_digit()) {
            return text.parse().map(Self::Version).map_err(|_| refuse());
        }
        Ok(Self::Alias(text.to_owned()))
    }
}

impl fmt::Display for Qualifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Qualifier::Latest => f.write_str(LATEST),
            Qualifier::Version(number) => number.fmt(f),
            Qualifier::Alias(name) => f.write_str(name),
        }
    }
}

/// A function as a caller names it, and the version where it says one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reference {
    pub(super) name: String,
    pub(super) qualifier: Option<Qualifier>,
}

impl Reference {
    /// Reads a name, a partial ARN or an ARN, each with or without a qualifier. Region and account may be any: all
    /// functions of a server are of one account.
    pub(super) fn parse(text: &str) -> Result<Self, Fault> {
        let refuse = || {
            let rule = format!("satisfy regular expression pattern: {REFERENCE_PATTERN}");
            Fault::constraint(text, "functionName", &rule)
        };
        if text.len() > LONGEST_REFERENCE {
            let rule = format!("have length less than or equal to {LONGEST_REFERENCE}");
            return Err(Fault::constraint(text, "functionName", &rule));
        }
        let parts: Vec<&str> = text.split(':').collect();
        let parts = unqualified(&parts).ok_or_else(refuse)?;
        let (name, qualifier) = match parts {
            [name] => (*name, None),
            [name, qualifier] => (*name, Some(Qualifier::parse(qualifier).map_err(|_| refuse())?)),
            _ => return Err(refuse()),
        };
        // A dot is in the pattern, and in no name that a function can have.
        if name.is_empty() || !name.bytes().all(|byte| is_letter(byte) || byte == b'.') {
            return Err(refuse());
        }
        Ok(Self { name: name.to_owned(), qualifier })
    }

    /// The same with the qualifier of a query, which must not contradict.
    pub(super) fn qualified(self, query: Option<&str>) -> Result<Self, Fault> {
        let Some(query) = query else { return Ok(self) };
        let given = Qualifier::parse(query)?;
        if self.qualifier.as_ref().is_some_and(|own| *own != given) {
            let text = "The derived qualifier from the function name does not match the specified qualifier.";
            return Err(Fault::invalid(text));
        }
        Ok(Self { qualifier: Some(given), ..self })
    }
}

/// The name of a function that is to be created: part of a path on disk, so it is letters, digits, `-` and `_`.
pub(super) fn new_function(text: &str) -> Result<String, Fault> {
    let Reference { name, qualifier } = Reference::parse(text)?;
    if name.len() > LONGEST_NAME {
        return Err(Fault::constraint(&name, "functionName", "have length less than or equal to 64"));
    }
    if !is_word(&name) || qualifier.is_some_and(|it| it != Qualifier::Latest) {
        let rule = format!("satisfy regular expression pattern: {REFERENCE_PATTERN}");
        return Err(Fault::constraint(text, "functionName", &rule));
    }
    Ok(name)
}

/// The name of an alias.
pub(super) fn alias(text: &str) -> Result<&str, Fault> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    if text.len() <= LONGEST_ALIAS && is_word(text) && !is_number {
        return Ok(text);
    }
    Err(Fault::constraint(text, "name", &format!("satisfy regular expression pattern: {ALIAS_PATTERN}")))
}

/// Without what may stand before a name: `arn:aws:lambda:`, a region, an account, `function`.
fn unqualified<'a, 'b>(parts: &'a [&'b str]) -> Option<&'a [&'b str]> {
    let mut parts = parts;
    if let ["arn", partition, service, rest @ ..] = parts {
        let known = partition.is_empty() || partition.starts_with("aws");
        if !known || !partition.bytes().all(|it| it.is_ascii_alphabetic() || it == b'-') || *service != "lambda" {
            return None;
        }
        parts = rest;
    }
    for leads in [is_region, is_account, |part: &str| part == "function"] {
        if let [first, rest @ ..] = parts
            && !rest.is_empty()
            && leads(first)
        {
            parts = rest;
        }
    }
    Some(parts)
}

/// `eu-west-1`, `us-gov-east-1`, `eusc-de-east-1`.
fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.strip_prefix("eusc-").unwrap_or(text).split('-').collect();
    let lower = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
    let (land, place, number) = match parts[..] {
        [land, place, number] => (land, place, number),
        [land, part, place, number] if part == "gov" || (part.starts_with("iso") && part.len() <= 4) => {
            (land, place, number)
        }
        _ => return false,
    };
    land.len() == 2 && lower(land) && lower(place) && number.len() == 1 && number.as_bytes()[0].is_ascii_digit()
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_letter)
}

fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(String, Option<String>)> {
        let found = Reference::parse(text).ok()?;
        Some((found.name, found.qualifier.map(|it| it.to_string())))
    }

    #[test]
    fn every_way_to_write_a_name_is_read() {
        let cases = [
            ("report", "report", None),
            ("report:7", "report", Some("7")),
            ("report:$LATEST", "report", Some("$LATEST")),
            ("function:report:live", "report", Some("live")),
            ("123456789012:function:report", "report", None),
            ("123456789012:report:live", "report", Some("live")),
            ("eu-west-1:123456789012:function:report", "report", None),
            ("arn:aws:lambda:us-east-1:123456789012:function:report", "report", None),
            ("arn:aws-us-gov:lambda:us-gov-east-1:123456789012:function:report:3", "report", Some("3")),
        ];
        for (text, name, qualifier) in cases {
            assert_eq!(read(text), Some((name.to_owned(), qualifier.map(str::to_owned))), "{text}");
        }
    }

    #[test]
    fn what_leads_elsewhere_is_no_name() {
        let long = "a".repeat(300);
        for text in ["", ":", "a/b", "..%2f", "../x", "a:b:c", "a b", "a\0", "ä", "arn:evil:lambda:x", "a:$OLD", &long]
        {
            assert_eq!(read(text), None, "{text}");
        }
        for text in ["..", ".", "a.b", &"a".repeat(65), "a:1", "a:live"] {
            assert!(new_function(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_contradicting_qualifier_is_refused() {
        let named = Reference::parse("report:1").unwrap();
        assert!(named.clone().qualified(Some("2")).is_err());
        assert_eq!(named.clone().qualified(Some("1")).unwrap(), named);
        assert!(alias("12").is_err() && alias("v12").is_ok());
        assert!(Qualifier::parse(&"9".repeat(40)).is_err());
    }
}
