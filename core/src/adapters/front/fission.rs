//! Fission's requests to an environment.

use super::http;
use super::served::Served;
use crate::error::{Code, Error, Result};
use crate::host::Function;
use crate::package::{Language, Runtime};
use crate::sys::directory::make_private;
use ::http::{Request, Response, StatusCode};
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::routing::{any, get, post};
use serde::Deserialize;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a function is called where nothing says it: Fission's own environments look for these.
const MAIN: &str = "main";
/// Where the first version puts a function's only file.
const USER_CODE: &str = "/userfunc/user";

/// What is to be loaded.
#[derive(Debug, Default, Deserialize)]
struct Load {
    #[serde(default)]
    filepath: PathBuf,
    #[serde(default, rename = "functionName")]
    function: String,
}

pub(super) fn router(served: Arc<Served>) -> Router {
    Router::new()
        .route("/v2/specialize", post(specialize))
        .route("/specialize", post(specialize_to_user_code))
        .route("/healthz", get(async || StatusCode::OK))
        .fallback(any(request))
        .with_state(served)
}

async fn specialize(State(served): State<Arc<Served>>, body: Body) -> Response<Body> {
    let load = match served.body(body).await {
        Ok(body) => serde_json::from_slice::<Load>(&body),
        Err(status) => return http::plain(status, status.canonical_reason().unwrap_or_default()),
    };
    match load {
        Ok(load) => become_it(&served, load).await,
        Err(error) => http::plain(StatusCode::BAD_REQUEST, &error.to_string()),
    }
}

async fn specialize_to_user_code(State(served): State<Arc<Served>>) -> Response<Body> {
    become_it(&served, Load { filepath: USER_CODE.into(), function: String::new() }).await
}

/// Once: an environment is one function's.
async fn become_it(served: &Served, load: Load) -> Response<Body> {
    let _one_at_a_time = served.initializing.lock().await;
    if served.known().is_some() {
        return http::plain(StatusCode::BAD_REQUEST, "Not a generic container");
    }
    let brought = match with_extension(served, load) {
        Ok(load) => {
            let (package, entry) = place(&load);
            served.bring(Function::from_dir(package, entry)).await
        }
        Err(error) => Err(error),
    };
    match brought {
        Ok(()) => http::plain(StatusCode::ACCEPTED, ""),
        Err(error) => {
            served.logs.take(&error.output().cloned().unwrap_or_default());
            http::plain(StatusCode::INTERNAL_SERVER_ERROR, &format!("failed to {error}"))
        }
    }
}

/// The first version gives files no extension, by which interpreters know them: such a one is copied.
fn with_extension(served: &Served, load: Load) -> Result<Load> {
    let language = served.runtime.as_deref().and_then(|runtime| Some(runtime.parse::<Runtime>().ok()?.language()));
    let extension = match language {
        Some(Language::Python) => "py",
        Some(Language::Node) => "js",
        _ => return Ok(load),
    };
    if !load.filepath.is_file() || load.filepath.extension().is_some() {
        return Ok(load);
    }
    let copy = served.code.join(load.filepath.file_name().unwrap_or_default()).with_extension(extension);
    let copied = make_private(&served.code).and_then(|()| fs::copy(&load.filepath, &copy));
    copied.map_err(|error| Error::new(Code::FunctionNotFound, "load the function", error.to_string()))?;
    Ok(Load { filepath: copy, ..load })
}

/// The package, and `module.function`. A file is the module itself.
fn place(load: &Load) -> (PathBuf, String) {
    let of_file = |path: &Path| {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        (path.parent().unwrap_or(path).to_owned(), stem)
    };
    let (package, module) =
        if load.filepath.is_dir() { (load.filepath.clone(), MAIN.to_owned()) } else { of_file(&load.filepath) };
    let entry = match load.function.as_str() {
        "" => format!("{module}.{MAIN}"),
        named if named.contains('.') => named.to_owned(),
        function => format!("{module}.{function}"),
    };
    (package, entry)
}

async fn request(State(served): State<Arc<Served>>, request: Request<Body>) -> Response<Body> {
    if served.known().is_none() {
        return http::plain(StatusCode::INTERNAL_SERVER_ERROR, "Generic container: no requests supported");
    }
    http::answer(State(served), request).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_found_as_fission_means_them() {
        let root = tempfile::tempdir().unwrap();
        let at = |path: &Path, function: &str| place(&Load { filepath: path.into(), function: function.into() });
        let file = root.path().join("hello.py");
        assert_eq!(at(root.path(), "app.handler"), (root.path().into(), "app.handler".into()));
        assert_eq!(at(root.path(), "handler"), (root.path().into(), "main.handler".into()));
        assert_eq!(at(root.path(), ""), (root.path().into(), "main.main".into()));
        assert_eq!(at(&file, ""), (root.path().into(), "hello.main".into()));
        assert_eq!(at(&file, "greet"), (root.path().into(), "hello.greet".into()));
    }
}
