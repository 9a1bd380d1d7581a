//! What callers send as JSON, by the members of AWS's service model.

use super::fault::Fault;
use super::live::is_custom;
use super::{described, record::Version};
use crate::package::Runtime;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// Bytes of all environment variables of a function together: AWS's quota.
const MOST_ENVIRONMENT: usize = 4 << 10;
const LONGEST_DESCRIPTION: usize = 256;
const TIMEOUT_SECONDS: std::ops::RangeInclusive<u32> = 1..=900;
const MEMORY_MB: std::ops::RangeInclusive<u32> = 128..=10_240;
/// Seconds and megabytes of functions that say nothing else.
const DEFAULT_TIMEOUT: u32 = 3;
const DEFAULT_MEMORY: u32 = 128;

/// When snapshots are used: `SnapStartApplyOn`.
pub(super) const PUBLISHED_VERSIONS: &str = "PublishedVersions";
pub(super) const NEVER: &str = "None";

/// Members that change nothing here and are shown as they came.
const ECHOED: [&str; 5] = ["TracingConfig", "EphemeralStorage", "LoggingConfig", "KMSKeyArn", "DeadLetterConfig"];
/// Members without which a function would not do what it should: they are refused, not ignored.
const REFUSED: [&str; 8] = [
    "Layers",
    "FileSystemConfigs",
    "ImageConfig",
    "CodeSigningConfigArn",
    "TenancyConfig",
    "CapacityProviderConfig",
    "DurableConfig",
    "AcceleratorConfig",
];

/// `CreateFunctionRequest`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Create {
    pub(super) function_name: String,
    pub(super) code: Code,
    #[serde(default)]
    pub(super) publish: bool,
    #[serde(default)]
    pub(super) tags: BTreeMap<String, String>,
    pub(super) package_type: Option<String>,
    #[serde(flatten)]
    pub(super) configuration: Configuration,
}

/// `FunctionCode`, and what of `UpdateFunctionCodeRequest` names code.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Code {
    /// The archive, in base64.
    pub(super) zip_file: Option<String>,
    pub(super) s3_bucket: Option<Value>,
    pub(super) image_uri: Option<Value>,
}

/// `UpdateFunctionCodeRequest`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UpdateCode {
    #[serde(flatten)]
    pub(super) code: Code,
    pub(super) architectures: Option<Vec<String>>,
    #[serde(default)]
    pub(super) publish: bool,
    #[serde(default)]
    pub(super) dry_run: bool,
    pub(super) revision_id: Option<String>,
}

/// What `CreateFunctionRequest` and `UpdateFunctionConfigurationRequest` both say of a function.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Configuration {
    pub(super) runtime: Option<String>,
    pub(super) role: Option<String>,
    pub(super) handler: Option<String>,
    pub(super) description: Option<String>,
    pub(super) timeout: Option<u32>,
    pub(super) memory_size: Option<u32>,
    pub(super) environment: Option<Environment>,
    pub(super) snap_start: Option<SnapStart>,
    pub(super) architectures: Option<Vec<String>>,
    pub(super) revision_id: Option<String>,
    #[serde(flatten)]
    pub(super) others: BTreeMap<String, Value>,
}

/// Variables of a function.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Environment {
    pub(super) variables: BTreeMap<String, String>,
}

/// When instances are restored from a snapshot.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct SnapStart {
    pub(super) apply_on: Option<String>,
}

/// `PublishVersionRequest`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Publish {
    pub(super) code_sha256: Option<String>,
    pub(super) description: Option<String>,
    pub(super) revision_id: Option<String>,
}

/// `CreateAliasRequest` and `UpdateAliasRequest`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct PutAlias {
    pub(super) name: Option<String>,
    pub(super) function_version: Option<String>,
    pub(super) description: Option<String>,
    pub(super) routing_config: Option<Routing>,
    pub(super) revision_id: Option<String>,
}

/// `AliasRoutingConfiguration`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Routing {
    pub(super) additional_version_weights: BTreeMap<String, f64>,
}

/// `PutFunctionConcurrencyRequest`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Reserve {
    pub(super) reserved_concurrent_executions: u32,
}

/// `PutProvisionedConcurrencyConfigRequest`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Provision {
    pub(super) provisioned_concurrent_executions: u32,
}

/// `TagResourceRequest`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Tag {
    pub(super) tags: BTreeMap<String, String>,
}

impl Configuration {
    /// Changes a version by what is said here; the rest stays.
    ///
    /// Fails where a value is not what it may be, or asks for what is not there.
    pub(super) fn apply(self, version: &mut Version) -> Result<(), Fault> {
        self.check()?;
        let Self { runtime, role, handler, description, timeout, memory_size, environment, snap_start, others, .. } =
            self;
        set(&mut version.runtime, runtime);
        set(&mut version.role, role);
        set(&mut version.handler, handler);
        set(&mut version.description, description);
        set(&mut version.timeout_ms, timeout.map(|seconds| u64::from(seconds) * 1_000));
        version.memory_mb = memory_size.or(version.memory_mb);
        set(&mut version.environment, environment.map(|it| it.variables));
        let apply_on = snap_start.and_then(|it| it.apply_on);
        set(&mut version.snap_start, apply_on.map(|apply_on| apply_on == PUBLISHED_VERSIONS));
        let echoed = others.into_iter().filter(|(name, value)| ECHOED.contains(&name.as_str()) && !is_nothing(value));
        version.echoed.extend(echoed);
        Ok(())
    }

    fn check(&self) -> Result<(), Fault> {
        if let Some(runtime) = &self.runtime {
            check_runtime(runtime)?;
        }
        let within = |member: &str, value: Option<u32>, range: &std::ops::RangeInclusive<u32>| match value {
            Some(value) if !range.contains(&value) => {
                let rule = format!("have value between {} and {}", range.start(), range.end());
                Err(Fault::constraint(&value.to_string(), member, &rule))
            }
            _ => Ok(()),
        };
        within("timeout", self.timeout, &TIMEOUT_SECONDS)?;
        within("memorySize", self.memory_size, &MEMORY_MB)?;
        if let Some(handler) = self.handler.as_ref().filter(|it| it.len() > 128 || it.contains(char::is_whitespace)) {
            return Err(Fault::constraint(handler, "handler", r"satisfy regular expression pattern: [^\s]+"));
        }
        if let Some(text) = self.description.as_ref().filter(|it| it.len() > LONGEST_DESCRIPTION) {
            return Err(Fault::constraint(text, "description", "have length less than or equal to 256"));
        }
        check_environment(self.environment.as_ref())?;
        let apply_on = self.snap_start.as_ref().and_then(|it| it.apply_on.as_ref());
        if let Some(text) = apply_on.filter(|it| ![PUBLISHED_VERSIONS, NEVER].contains(&it.as_str())) {
            let rule = format!("satisfy enum value set: [{PUBLISHED_VERSIONS}, {NEVER}]");
            return Err(Fault::constraint(text, "snapStart.applyOn", &rule));
        }
        check_architecture(self.architectures.as_deref())?;
        let refused = self.others.iter().find(|(name, value)| REFUSED.contains(&name.as_str()) && !is_nothing(value));
        match refused {
            Some((name, _)) => Err(Fault::invalid(format!("{name} is not supported by this server."))),
            None => Ok(()),
        }
    }
}

impl Version {
    /// A function of which nothing is known but its code.
    pub(super) fn bare(code: super::record::CodeRecord, revision: String) -> Self {
        Self {
            runtime: String::new(),
            handler: String::new(),
            role: String::new(),
            description: String::new(),
            timeout_ms: u64::from(DEFAULT_TIMEOUT) * 1_000,
            memory_mb: Some(DEFAULT_MEMORY),
            environment: BTreeMap::new(),
            snap_start: false,
            echoed: BTreeMap::new(),
            code,
            revision,
            modified: described::now(),
        }
    }
}

fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

/// Null, or something with nothing in it.
fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(values) => values.is_empty(),
        Value::Object(members) => members.values().all(is_nothing),
        _ => false,
    }
}

fn check_runtime(runtime: &str) -> Result<(), Fault> {
    if is_custom(runtime) {
        return Ok(());
    }
    runtime.parse::<Runtime>().map(drop).map_err(|_| {
        Fault::invalid(format!(
            "The runtime parameter of {runtime} is not supported by this server. It runs pythonX.Y, nodejsX.x, native and provided.al2023."
        ))
    })
}

fn check_environment(environment: Option<&Environment>) -> Result<(), Fault> {
    let Some(Environment { variables }) = environment else { return Ok(()) };
    let is_name = |name: &str| {
        name.starts_with(|it: char| it.is_ascii_alphabetic())
            && name.len() > 1
            && name.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_')
    };
    if let Some(name) = variables.keys().find(|name| !is_name(name)) {
        return Err(Fault::constraint(
            name,
            "environment.variables",
            "satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+",
        ));
    }
    if let Some((name, _)) = variables.iter().find(|(_, value)| value.contains('\0')) {
        return Err(Fault::invalid(format!("The variable {name} holds a zero byte.")));
    }
    let bytes: usize = variables.iter().map(|(name, value)| name.len() + value.len()).sum();
    if bytes > MOST_ENVIRONMENT {
        let text = format!(
            "Lambda was unable to configure your environment variables because the environment variables you have \
             provided exceeded the {MOST_ENVIRONMENT} byte limit."
        );
        return Err(Fault::invalid(text));
    }
    Ok(())
}

/// Fails where code is for another machine than this.
pub(super) fn check_architecture(wanted: Option<&[String]>) -> Result<(), Fault> {
    let own = described::architecture();
    match wanted {
        Some([one]) if one != own => {
            Err(Fault::invalid(format!("The architecture {one} is not supported by this server. It runs {own}.")))
        }
        Some([] | [_, _, ..]) => Err(Fault::invalid("Architectures has to name one architecture.")),
        _ => Ok(()),
    }
}
