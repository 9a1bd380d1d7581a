//! The runtimes: what starts each of them, as the platform would.

use super::server::Server;
use crate::bench::peers;
use crate::functions::Function;
use crate::interpreters;
use crate::python;
use crate::shell::{self, Outcome, command, key, once, root, run, target};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Ours.
pub(crate) const OURS: &str = "headstart";

/// One way to run a function on AWS Lambda.
#[derive(Debug, Clone)]
pub(crate) struct Runtime {
    /// `headstart`, `image`, or the package of AWS's client.
    pub(crate) name: &'static str,
    program: PathBuf,
    arguments: Vec<String>,
    environment: Vec<(&'static str, String)>,
    package: PathBuf,
}

impl Runtime {
    /// Ours, with an image where one is given.
    pub(crate) fn ours(function: &Function, entry: &str, launcher: &Path, image: Option<&Path>) -> Outcome<Self> {
        let mut environment = vec![("HEADSTART_LAUNCHERS", launchers()?.display().to_string())];
        environment.extend(function.interpreter.iter().map(|it| ("HEADSTART_INTERPRETER", it.display().to_string())));
        environment.extend(image.map(|it| ("HEADSTART_IMAGE", it.display().to_string())));
        Ok(Self {
            name: if image.is_some() { "image" } else { OURS },
            program: launcher.to_owned(),
            arguments: vec!["lambda".into(), entry.into()],
            environment,
            package: function.package.clone(),
        })
    }

    /// With the modules that another one finds.
    pub(crate) fn beside(mut self, other: &Self) -> Self {
        self.environment.extend(other.environment.iter().filter(|(name, _)| *name == "PYTHONPATH").cloned());
        self
    }

    /// AWS's own for the function's language; none where it cannot be had, which is said.
    pub(crate) fn awss(function: &Function, entry: &str) -> Outcome<Option<Self>> {
        let Some(interpreter) = function.interpreter.clone() else { return Ok(None) };
        let (name, arguments, environment) = if function.language == "python" {
            let peer = peers::install_python("awslambdaric", &root().join("benches/peers/awslambdaric"))?;
            let arguments = ["-m", "awslambdaric", entry].map(str::to_owned).to_vec();
            ("awslambdaric", arguments, vec![("PYTHONPATH", peer.display().to_string())])
        } else {
            let Some(peer) = aws_lambda_ric() else { return Ok(None) };
            ("aws-lambda-ric", vec![peer.display().to_string(), entry.to_owned()], Vec::new())
        };
        Ok(Some(Self { name, program: interpreter, arguments, environment, package: function.package.clone() }))
    }

    /// What starts it, for a program that does.
    pub(crate) fn described(&self) -> Value {
        let environment: serde_json::Map<_, _> =
            self.environment.iter().map(|(name, value)| ((*name).to_owned(), value.clone().into())).collect();
        json!({
            "interpreter": self.program,
            "arguments": self.arguments,
            "environment": environment,
            "package": self.package,
        })
    }

    /// Starts it on a Runtime API.
    pub(crate) fn start(&self, server: &Server, more: &[(&str, &str)]) -> Outcome<Started> {
        let entry = self.arguments.last().map(String::as_str).unwrap_or_default();
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).current_dir(&self.package).env_clear();
        command.env("PATH", "/usr/bin:/bin").env("AWS_LAMBDA_RUNTIME_API", &server.address).env("_HANDLER", entry);
        command.env("LAMBDA_TASK_ROOT", &self.package).env("AWS_LAMBDA_FUNCTION_NAME", "function");
        command.env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "1024").env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST");
        command.env("AWS_LAMBDA_LOG_GROUP_NAME", "group").env("AWS_LAMBDA_LOG_STREAM_NAME", "stream");
        command.envs(self.environment.iter().map(|(name, value)| (name, value))).envs(more.iter().copied());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().map(Started).map_err(|error| format!("{}: {error}", self.program.display()))
    }
}

/// A runtime that runs; dropped, it is killed with what it started.
#[derive(Debug)]
pub(crate) struct Started(Child);

impl Started {
    pub(crate) fn pid(&self) -> u32 {
        self.0.id()
    }

    /// The exit code, once it has ended.
    pub(crate) fn ended(mut self) -> Option<i32> {
        self.0.wait().ok()?.code()
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The launchers of Python and Node as a package has them: with valid bytecode.
fn launchers() -> Outcome<PathBuf> {
    let directory = target().join("lambda-launchers");
    let sources = root().join("runtimes");
    let files = [shell::files(&sources.join("python"))?, shell::files(&sources.join("node"))?].concat();
    let interpreter = interpreters::python()?;
    once(&directory, &key(&files, &[&interpreter.version])?, || {
        for language in ["python", "node"] {
            shell::copy(&sources.join(language), &directory.join(language))?;
        }
        let compile = ["-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"];
        run(command(&interpreter.program, compile).arg(directory.join("python")))
    })?;
    Ok(directory)
}

/// AWS's client for Node. It builds a part of itself, which takes a compiler, autotools and headers of Node.
fn aws_lambda_ric() -> Option<PathBuf> {
    let source = root().join("benches/peers/aws-lambda-ric");
    let directory = target().join("peers/aws-lambda-ric");
    let installed = key(&[source.join("package-lock.json")], &[]).and_then(|key| {
        once(&directory, &key, || {
            shell::copy(&source, &directory)?;
            let mut npm = command("npm", ["ci", "--no-audit", "--no-fund", "--silent"]);
            // Headers that came with Node, which npm would fetch else.
            let headers = Path::new("/usr/include/node").is_dir().then_some(("npm_config_nodedir", "/usr"));
            run(npm.current_dir(&directory).envs(headers))
        })
    });
    match installed {
        Ok(()) => Some(directory.join("node_modules/aws-lambda-ric/bin/index.mjs")),
        Err(error) => {
            println!("skipped: aws-lambda-ric could not be installed on this machine: {error}");
            None
        }
    }
}

/// An environment of Python with nothing in it but what AWS's emulators for local use need.
pub(crate) fn tools(lock: &str) -> Outcome<PathBuf> {
    python::environment(&interpreters::python()?, "lambda", &["install", "--require-hashes", "-r", lock])
}
