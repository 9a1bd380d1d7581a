//! What could not be looked into, odd names, and links that lead out.

use super::subject::Subject;
use crate::package::FileKind;
use crate::slim::{Finding, Rule};

pub(super) fn find(subject: &Subject<'_>) -> Vec<Finding> {
    let tree = subject.package.tree();
    let mut found: Vec<Finding> = tree
        .unreadable()
        .iter()
        .map(|it| Finding::new(Rule::UnreadableFile, format!("{}: {}", it.path.display(), it.message)))
        .collect();
    for (file, it) in tree.iter() {
        if it.path.to_str().is_none() {
            found.push(Finding::new(Rule::OddName, it.path.display().to_string()).at(file, None));
        }
        if let FileKind::Link(target) = &it.kind
            && tree.real(&tree.absolute(file)).is_none()
        {
            let message = format!("{} is a link to {}", it.path.display(), target.display());
            found.push(Finding::new(Rule::LinkLeadsOut, message).at(file, None));
        }
    }
    found
}
