//! How a function is run on trial.

use super::event::Event;
use crate::host::{Function, HostBuilder, Request};
use crate::package::{Language, Package, RootRole};
use crate::{Error, Host};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

/// What a function on trial is given; what is not said comes from its own configuration.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct TrialOptions {
    /// The host that runs it.
    pub host: HostBuilder,
    /// Its events, in order. Default: none; the function is only imported then.
    pub events: Vec<Event>,
    /// Environment variables, over those of its configuration.
    pub environment: BTreeMap<String, String>,
    /// An init image that it starts with. Default: none, even if the package has one.
    pub image: Option<PathBuf>,
    /// The interpreter's path. Default: looked up as for every function.
    pub interpreter: Option<PathBuf>,
    /// How long importing it may take.
    pub init_timeout: Option<Duration>,
    /// How long an event may take, the start of its worker included. Default: 30 seconds.
    pub timeout: Duration,
}

impl Default for TrialOptions {
    fn default() -> Self {
        Self {
            host: Host::builder(),
            events: Vec::new(),
            environment: BTreeMap::new(),
            image: None,
            interpreter: None,
            init_timeout: None,
            timeout: Request::DEFAULT_TIMEOUT,
        }
    }
}

impl TrialOptions {
    /// The function to register with a host.
    pub(super) fn function(&self, package: &Package) -> Result<Function, Error> {
        let mut function = Function::from_config(package.home())?
            .within(package.directory())
            .entry(package.need_entry()?.as_str())
            .runtime(package.runtime().to_string())
            .envs(self.environment.clone());
        if let Some((name, value)) = layers(package, &self.environment) {
            function = function.env(name, value);
        }
        function = match &self.image {
            Some(image) => function.image(image),
            None => function.without_image(),
        };
        if let Some(interpreter) = &self.interpreter {
            function = function.interpreter(interpreter);
        }
        if let Some(timeout) = self.init_timeout {
            function = function.init_timeout(timeout);
        }
        Ok(function)
    }
}

/// Where the interpreter finds the modules of layers, as a platform's runtime sets it.
fn layers(package: &Package, environment: &BTreeMap<String, String>) -> Option<(&'static str, String)> {
    let layers: Vec<_> = package.tree().roots().iter().filter(|root| root.role == RootRole::Layer).collect();
    let (name, directories): (_, Vec<PathBuf>) = match package.runtime().language() {
        Language::Python => {
            let all = package.python_path().directories.iter();
            let of_layers = all.filter(|path| layers.iter().any(|layer| path.starts_with(&layer.path)));
            ("PYTHONPATH", of_layers.cloned().collect())
        }
        Language::Node => ("NODE_PATH", layers.iter().map(|layer| layer.path.join("nodejs/node_modules")).collect()),
        Language::Native => return None,
    };
    if directories.is_empty() {
        return None;
    }
    let given = environment.get(name).filter(|value| !value.is_empty()).cloned();
    let all: Vec<_> = directories.iter().map(|path| path.display().to_string()).chain(given).collect();
    Some((name, all.join(":")))
}
