//! What is made of a function.

use crate::error::{Code, Error, Result};
use std::path::PathBuf;
use std::str::FromStr;

/// Where a function is deployed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeployTarget {
    /// A zip with the function, `bootstrap` and the launcher, as AWS Lambda takes functions.
    LambdaZip,
    /// A zip with `bootstrap` and the launcher alone, as AWS Lambda takes layers.
    LambdaLayer,
    /// An image of a container with function, `bootstrap` and launcher: a directory in the OCI image layout, or a tar of
    /// it where the output ends with `.tar`.
    Oci,
}

impl FromStr for DeployTarget {
    type Err = Error;

    /// Fails with `config.invalid`.
    fn from_str(text: &str) -> Result<Self> {
        match text {
            "lambda-zip" => Ok(Self::LambdaZip),
            "lambda-layer" => Ok(Self::LambdaLayer),
            "oci" => Ok(Self::Oci),
            _ => Err(Error::new(
                Code::ConfigInvalid,
                "read the target",
                "it is none of lambda-zip, lambda-layer and oci",
            )
            .with("target", text)),
        }
    }
}

/// How a function is packaged.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct DeployOptions {
    /// Where it is deployed.
    pub target: DeployTarget,
    /// Where the output goes.
    pub out: PathBuf,
    /// Replaces what an earlier run wrote there.
    pub force: bool,
    /// The native launcher, built for the machine that the function is deployed to.
    pub launcher: PathBuf,
    /// The interpreter that the function will run on, or one of the same version: it compiles the launcher. Without it the
    /// launcher is compiled at every start.
    pub interpreter: Option<PathBuf>,
}

impl DeployOptions {
    /// With a launcher, without an interpreter.
    pub fn new(target: DeployTarget, out: impl Into<PathBuf>, launcher: impl Into<PathBuf>) -> Self {
        Self { target, out: out.into(), force: false, launcher: launcher.into(), interpreter: None }
    }
}
