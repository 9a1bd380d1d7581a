//! Findings in the form of code scanners, SARIF 2.1.0
//! (<https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>).

use super::Subject;
use crate::subject;
use headstart::slim::{Finding, Rule};
use serde_json::{Value, json};

/// The findings as a log with one run.
pub(crate) fn sarif(subject: &Subject) -> Value {
    let results: Vec<_> = subject.analysis.findings.iter().map(|finding| result(subject, finding)).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "headstart",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": Rule::ALL.iter().map(|rule| described(*rule)).collect::<Vec<_>>(),
            }},
            "columnKind": "utf16CodeUnits",
            "results": results,
        }],
    })
}

fn described(rule: Rule) -> Value {
    json!({
        "id": rule.as_str(),
        "shortDescription": {"text": rule.meaning()},
        "help": {"text": rule.advice()},
        "defaultConfiguration": {"level": rule.level().name()},
    })
}

fn result(subject: &Subject, finding: &Finding) -> Value {
    let mut result = json!({
        "ruleId": finding.rule.as_str(),
        "ruleIndex": Rule::ALL.iter().position(|rule| *rule == finding.rule),
        "level": finding.rule.level().name(),
        "message": {"text": finding.message},
        "properties": {"saving_bytes": finding.saving_bytes, "saving_us": finding.saving_us, "safe": finding.rule.is_safe()},
    });
    if let Some(file) = finding.file {
        let mut location = json!({"artifactLocation": {"uri": uri(&subject::name(&subject.package, file))}});
        if let Some(line) = finding.line {
            location["region"] = json!({"startLine": line});
        }
        result["locations"] = json!([{"physicalLocation": location}]);
    }
    result
}

/// A path as a relative reference (RFC 3986).
fn uri(path: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/@+!$&'()*,;=:".contains(&byte);
    path.bytes()
        .map(|byte| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_references() {
        assert_eq!(uri("a b/@x/ü.py"), "a%20b/@x/%C3%BC.py");
    }
}
