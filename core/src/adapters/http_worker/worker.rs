//! Workers that are servers, as the host knows them.

use super::manner::{Function, Manner};
use super::port;
use super::translator::Translating;
use crate::instance::{Command, Subject, Translator, WorkerProtocol};
use crate::package::Language;
use std::io;
use std::sync::Arc;

/// A protocol of workers that are servers.
#[derive(Debug, Clone)]
pub(in super::super) struct HttpWorker<M> {
    manner: Arc<M>,
    command: Option<Command>,
}

impl<M: Manner> HttpWorker<M> {
    /// With what a worker runs, where that is not the protocol's own choice.
    pub(in super::super) fn new(manner: M, command: Option<Command>) -> Self {
        Self { manner: Arc::new(manner), command }
    }
}

impl<M: Manner> WorkerProtocol for HttpWorker<M> {
    fn name(&self) -> &'static str {
        self.manner.name()
    }

    fn command(&self, entry: &str, language: Option<Language>) -> Command {
        self.command.clone().unwrap_or_else(|| self.manner.command(entry, language))
    }

    fn log_end(&self) -> Option<&'static str> {
        self.manner.log_end()
    }

    fn translator(&self, subject: &Subject<'_>) -> io::Result<Translator> {
        let port = port::free()?;
        let function = Function {
            name: subject.name.to_owned(),
            package: subject.package.to_owned(),
            entry: subject.entry.to_owned(),
            memory_limit: subject.memory_limit,
        };
        let variables = self.manner.environment(subject, port);
        let environment = variables.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let translating = Translating { manner: Arc::clone(&self.manner), function, port };
        Ok(Translator { environment, speak: Box::new(move |host, pid| Box::pin(translating.run(host, pid))) })
    }
}
