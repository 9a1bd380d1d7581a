//! Packages that the platform's runtime brings.

use super::subject::Subject;
use crate::package::Language;
use crate::slim::analysis::Platform;
use crate::slim::{Finding, Rule};

/// What runtimes bring, by platform and language, as the platforms document it.
const PROVIDED: &[(Platform, Language, &[&str])] = &[
    // https://docs.aws.amazon.com/lambda/latest/dg/lambda-python.html
    (
        Platform::Lambda,
        Language::Python,
        &["boto3", "botocore", "s3transfer", "jmespath", "python-dateutil", "six", "urllib3"],
    ),
    // https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html: the SDK's clients and what they are made of.
    (Platform::Lambda, Language::Node, &["@aws-sdk/", "@smithy/", "@aws-crypto/"]),
];

pub(super) fn find(subject: &Subject<'_>) -> Vec<Finding> {
    let Some(platform) = subject.platform else { return Vec::new() };
    let language = subject.package.runtime().language();
    let provided =
        PROVIDED.iter().filter(|(on, of, _)| *on == platform && *of == language).flat_map(|(.., names)| *names);
    let provided: Vec<&str> = provided.copied().collect();
    let is_provided =
        |name: &str| provided.iter().any(|it| it.strip_suffix('/').map_or(*it == name, |_| name.starts_with(it)));
    let files: Vec<_> = subject
        .package
        .distributions()
        .iter()
        .filter(|distribution| is_provided(&distribution.name))
        .flat_map(|distribution| distribution.files.iter().copied())
        .collect();
    if files.is_empty() {
        return Vec::new();
    }
    let message = format!("the runtime of {} brings {}", platform.name(), provided.join(", "));
    vec![subject.removing(Finding::new(Rule::ProvidedPackage, message), files)]
}
