//! Functions, versions and aliases as callers are shown them.

use super::record::{Alias, Record, Version, Which};
use super::requests::{NEVER, PUBLISHED_VERSIONS};
use serde_json::{Map, Value, json};
use std::time::SystemTime;

/// Region and account of all functions, which callers may name otherwise.
const ARN: &str = "arn:aws:lambda:us-east-1:000000000000:function";

/// The ARN of a function, or of a version or an alias of it.
pub(super) fn arn(name: &str, qualifier: Option<&str>) -> String {
    match qualifier {
        Some(qualifier) => format!("{ARN}:{name}:{qualifier}"),
        None => format!("{ARN}:{name}"),
    }
}

/// The name of a function that an ARN is of, if it is one of ours.
pub(super) fn named(text: &str) -> Option<&str> {
    text.split(":function:").nth(1)
}

/// `FunctionConfiguration`: one version, under the ARN that was asked for.
pub(super) fn configuration(name: &str, which: Which, version: &Version, qualifier: Option<&str>) -> Value {
    let mut shown = json!({
        "FunctionName": name,
        "FunctionArn": arn(name, qualifier),
        "Runtime": version.runtime,
        "Role": version.role,
        "Handler": version.handler,
        "CodeSize": version.code.bytes,
        "Description": version.description,
        "Timeout": version.timeout_ms.div_ceil(1_000),
        "LastModified": version.modified,
        "CodeSha256": version.code.sha256,
        "Version": which.to_string(),
        "Environment": {"Variables": version.environment},
        "TracingConfig": {"Mode": "PassThrough"},
        "RevisionId": version.revision,
        "State": "Active",
        "LastUpdateStatus": "Successful",
        "PackageType": "Zip",
        "Architectures": [architecture()],
        "EphemeralStorage": {"Size": 512},
        "SnapStart": {
            "ApplyOn": if version.snap_start { PUBLISHED_VERSIONS } else { NEVER },
            "OptimizationStatus": if version.snap_start && which != Which::Latest { "On" } else { "Off" },
        },
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": format!("/aws/lambda/{name}")},
    });
    if let Value::Object(members) = &mut shown {
        members.extend(version.memory_mb.map(|memory| ("MemorySize".to_owned(), memory.into())));
        members.extend(version.echoed.clone());
    }
    shown
}

/// `GetFunctionResponse`.
pub(super) fn function(record: &Record, which: Which, version: &Version, qualifier: Option<&str>) -> Value {
    let mut shown = json!({
        "Configuration": configuration(&record.name, which, version, qualifier),
        "Code": {"RepositoryType": "Headstart"},
    });
    if let Value::Object(members) = &mut shown {
        let tags = (!record.tags.is_empty()).then(|| ("Tags".to_owned(), json!(record.tags)));
        members.extend(tags);
        let reserved = record.reserved.map(|count| ("Concurrency".to_owned(), concurrency(Some(count))));
        members.extend(reserved);
    }
    shown
}

/// `AliasConfiguration`.
pub(super) fn alias(function: &str, name: &str, alias: &Alias) -> Value {
    let mut shown = json!({
        "AliasArn": arn(function, Some(name)),
        "Name": name,
        "FunctionVersion": alias.version.to_string(),
        "Description": alias.description,
        "RevisionId": alias.revision,
    });
    if !alias.weights.is_empty() {
        let weights: Map<String, Value> =
            alias.weights.iter().map(|(version, weight)| (version.to_string(), json!(weight))).collect();
        shown["RoutingConfig"] = json!({"AdditionalVersionWeights": weights});
    }
    shown
}

/// `Concurrency`, and `GetFunctionConcurrencyResponse`.
pub(super) fn concurrency(reserved: Option<u32>) -> Value {
    reserved.map_or_else(|| json!({}), |count| json!({"ReservedConcurrentExecutions": count}))
}

/// Provisioned concurrency: what was asked for, and how far it is.
pub(super) fn provisioned(wanted: u32, modified: &str, present: usize, failure: Option<String>) -> Value {
    let there = u32::try_from(present).unwrap_or(u32::MAX).min(wanted);
    let status = match failure {
        _ if there >= wanted => "READY",
        Some(_) => "FAILED",
        None => "IN_PROGRESS",
    };
    let mut shown = json!({
        "RequestedProvisionedConcurrentExecutions": wanted,
        "AvailableProvisionedConcurrentExecutions": there,
        "AllocatedProvisionedConcurrentExecutions": there,
        "Status": status,
        "LastModified": modified,
    });
    if let Some(reason) = failure.filter(|_| status == "FAILED") {
        shown["StatusReason"] = reason.into();
    }
    shown
}

/// Now, as AWS writes it: `2026-01-31T09:30:00.000+0000`.
pub(super) fn now() -> String {
    let text = humantime::format_rfc3339_millis(SystemTime::now()).to_string();
    text.replace('Z', "+0000")
}

/// This machine's, by AWS's names.
pub(super) fn architecture() -> &'static str {
    if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" }
}
