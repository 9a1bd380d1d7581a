//! RECORDs that do not tell the truth.

use super::subject::{Subject, count};
use crate::slim::{Finding, Rule};

pub(super) fn find(subject: &Subject<'_>) -> Vec<Finding> {
    let wrong = subject.package.distributions().iter().filter_map(|distribution| {
        // Bytecode and scripts are often taken out, rightly.
        let missing = distribution
            .missing
            .iter()
            .filter(|path| path.extension().is_none_or(|it| it != "pyc") && !path.starts_with("../"));
        let number = missing.clone().count();
        let first = missing.clone().next()?;
        let text =
            format!("{} of {} are not there, {} for one", count(number, "file"), distribution.name, first.display());
        let finding = Finding::new(Rule::WrongRecord, text);
        match subject.package.tree().find(&distribution.directory.join("RECORD")) {
            Some(record) => Some(finding.at(record, None)),
            None => Some(finding),
        }
    });
    wrong.collect()
}
