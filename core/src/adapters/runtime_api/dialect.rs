//! Whose calls they are: Lambda's, or those of a platform that took its idea over.

use super::route::Route;
use http::Method;

/// A way to speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Dialect {
    Lambda,
    #[cfg(feature = "platforms")]
    /// Tencent's Serverless Cloud Function ("Custom runtime"): no dates in paths, and a response names no event.
    Scf,
}

impl Dialect {
    /// The protocol's name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Dialect::Lambda => super::NAME,
            #[cfg(feature = "platforms")]
            Dialect::Scf => super::super::scf::NAME,
        }
    }

    pub(super) fn route<'a>(self, method: &Method, path: &'a str) -> Route<'a> {
        match self {
            Dialect::Lambda => Route::of(method, path),
            #[cfg(feature = "platforms")]
            Dialect::Scf => scf(method, path),
        }
    }
}

/// The event in hand is the only one that an answer can be about.
pub(super) const IN_HAND: &str = "";

#[cfg(feature = "platforms")]
fn scf<'a>(method: &Method, path: &str) -> Route<'a> {
    let (wanted, route) = match path {
        "/runtime/init/ready" => (Method::POST, Route::Ready),
        "/runtime/invocation/next" => (Method::GET, Route::Next),
        "/runtime/invocation/response" => (Method::POST, Route::Response(IN_HAND)),
        "/runtime/invocation/error" => (Method::POST, Route::Error(IN_HAND)),
        _ => return Route::Unknown,
    };
    if *method == wanted { route } else { Route::WrongMethod }
}
