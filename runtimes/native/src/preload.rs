//! The preload set of native workers: shared libraries that are loaded before the function is known.

use crate::library;
use headstart::bootstrap::message::{Culprit, Failure, Preload};
use headstart::error::Code;
use headstart::sys::process;
use std::path::Path;

/// What loading a preload set came to.
#[derive(Debug, Default)]
pub(crate) struct Preloaded {
    /// Libraries that could not be loaded.
    pub(crate) failures: Vec<Failure>,
    /// Threads that a library's initializers started: thread number, and who is to blame.
    pub(crate) threads: Vec<(u32, Culprit)>,
}

/// Loads every library in order; one that fails is reported and the rest go on.
pub(crate) fn load(preload: &Preload) -> Preloaded {
    let mut preloaded = Preloaded::default();
    for module in &preload.modules {
        let path = preload.path.as_ref().map_or_else(|| module.into(), |base| Path::new(base).join(module));
        match library::open(&path) {
            // A preload set is there to stay.
            Ok(library) => std::mem::forget(library),
            Err(error) => preloaded.failures.push(Failure {
                code: Code::PreloadModuleFailed.as_str().into(),
                message: error.message().into(),
                module: Some(module.clone()),
                ..Failure::default()
            }),
        }
        note_threads(&mut preloaded, module);
    }
    preloaded
}

fn note_threads(preloaded: &mut Preloaded, module: &str) {
    for (number, thread) in process::other_threads().unwrap_or_default() {
        if !preloaded.threads.iter().any(|(known, _)| *known == number) {
            preloaded.threads.push((number, Culprit { module: module.into(), thread, place: None }));
        }
    }
}
