//! Findings as annotations of GitHub Actions
//! (<https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>).

use super::Subject;
use crate::subject;
use headstart::slim::{Finding, Level};

/// One line for each finding.
pub(crate) fn github(subject: &Subject) -> String {
    subject.analysis.findings.iter().map(|finding| line(subject, finding)).collect()
}

fn line(subject: &Subject, finding: &Finding) -> String {
    let command = match finding.rule.level() {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "notice",
    };
    let mut properties = vec![format!("title={}", property(finding.rule.as_str()))];
    properties.extend(finding.file.map(|file| format!("file={}", property(&subject::name(&subject.package, file)))));
    properties.extend(finding.line.map(|line| format!("line={line}")));
    let saving = if finding.saving_bytes > 0 {
        format!(" ({})", crate::talk::bytes(finding.saving_bytes))
    } else {
        String::new()
    };
    let message = format!("{} {}{saving} Hint: {}", finding.rule.meaning(), finding.message, finding.rule.advice());
    format!("::{command} {}::{}\n", properties.join(","), data(&message))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_a_meaning_is_escaped() {
        assert_eq!(data("a%\nb:c"), "a%25%0Ab:c");
        assert_eq!(property("a:b,c"), "a%3Ab%2Cc");
    }
}
