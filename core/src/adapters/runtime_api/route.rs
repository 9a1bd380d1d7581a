//! From a request's method and path to what it asks for.

use http::Method;

/// What a runtime or an extension can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Route<'a> {
    /// The next event.
    Next,
    /// Nothing yet: initialization is over. No call of Lambda's.
    Ready,
    /// To take the answer to the event with this request id.
    Response(&'a str),
    /// To take note that handling the event failed.
    Error(&'a str),
    /// To take note that initialization failed.
    InitError,
    /// To be told that it was restored from a snapshot.
    RestoreNext,
    /// To take note that a hook after a restore failed.
    RestoreError,
    /// To be known as an extension.
    Register,
    /// An extension's next event.
    ExtensionNext,
    /// To take note that an extension failed while it started.
    ExtensionInitError,
    /// To take note that an extension failed.
    ExtensionExitError,
    /// The function's output, which nobody subscribes to here.
    Telemetry,
    /// Something that exists, with another method.
    WrongMethod,
    /// Nothing that exists.
    Unknown,
}

impl<'a> Route<'a> {
    /// Reads a path as it stands in the request, without its query.
    ///
    /// ```
    /// use headstart::adapters::runtime_api::route::Route;
    ///
    /// let path = "/2018-06-01/runtime/invocation/a-1/response";
    /// assert_eq!(Route::of(&http::Method::POST, path), Route::Response("a-1"));
    /// assert_eq!(Route::of(&http::Method::GET, path), Route::WrongMethod);
    /// assert_eq!(Route::of(&http::Method::GET, "/2018-06-01/runtime/invocation/../next"), Route::Unknown);
    /// ```
    pub fn of(method: &Method, path: &'a str) -> Self {
        let parts: Vec<&str> = path.strip_prefix('/').unwrap_or(path).split('/').collect();
        let (wanted, route) = match parts[..] {
            ["2018-06-01", "runtime", "invocation", "next"] => (Method::GET, Self::Next),
            ["2018-06-01", "runtime", "invocation", id, "response"] => (Method::POST, Self::Response(id)),
            ["2018-06-01", "runtime", "invocation", id, "error"] => (Method::POST, Self::Error(id)),
            ["2018-06-01", "runtime", "init", "error"] => (Method::POST, Self::InitError),
            ["2018-06-01", "runtime", "restore", "next"] => (Method::GET, Self::RestoreNext),
            ["2018-06-01", "runtime", "restore", "error"] => (Method::POST, Self::RestoreError),
            ["2020-01-01", "extension", "register"] => (Method::POST, Self::Register),
            ["2020-01-01", "extension", "event", "next"] => (Method::GET, Self::ExtensionNext),
            ["2020-01-01", "extension", "init", "error"] => (Method::POST, Self::ExtensionInitError),
            ["2020-01-01", "extension", "exit", "error"] => (Method::POST, Self::ExtensionExitError),
            ["2020-08-15", "logs"] | ["2022-07-01", "telemetry"] => (Method::PUT, Self::Telemetry),
            _ => return Self::Unknown,
        };
        if *method == wanted { route } else { Self::WrongMethod }
    }
}
