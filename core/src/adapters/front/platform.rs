//! Whose requests are answered.

use crate::error::{Code, Error};
use std::fmt;
use std::str::FromStr;

/// A platform that calls a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Platform {
    /// Apache OpenWhisk: `/init` brings the code, `/run` an event.
    OpenWhisk,
    /// Alibaba Cloud's Function Compute, as custom runtime.
    FunctionCompute,
    /// Fission, as environment: `/v2/specialize` names the code, then any request is the function's.
    Fission,
    /// Google's Functions Framework: requests, or `CloudEvents`.
    FunctionsFramework,
    /// Knative Serving: requests, or `CloudEvents`.
    Knative,
}

impl Platform {
    /// All of them.
    pub const ALL: &'static [Self] =
        &[Self::OpenWhisk, Self::FunctionCompute, Self::Fission, Self::FunctionsFramework, Self::Knative];

    /// The name in options.
    pub fn name(self) -> &'static str {
        match self {
            Self::OpenWhisk => super::super::openwhisk::NAME,
            Self::FunctionCompute => super::super::function_compute::NAME,
            Self::Fission => super::super::fission::NAME,
            Self::FunctionsFramework => super::super::functions_framework::NAME,
            Self::Knative => super::super::knative::NAME,
        }
    }

    /// Whether the platform hands over code itself, after the start.
    pub fn brings_code(self) -> bool {
        matches!(self, Self::OpenWhisk | Self::Fission)
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Platform {
    type Err = Error;

    /// Fails with `config.invalid`.
    fn from_str(text: &str) -> Result<Self, Error> {
        Self::ALL.iter().copied().find(|platform| platform.name() == text).ok_or_else(|| {
            let names: Vec<_> = Self::ALL.iter().map(|platform| platform.name()).collect();
            Error::new(Code::ConfigInvalid, "find the platform", format!("there is none named {text:?}"))
                .hint(format!("it is one of {}", names.join(", ")))
        })
    }
}
