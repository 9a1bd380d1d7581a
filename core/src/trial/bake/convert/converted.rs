//! What a conversion gives.

use serde::Serialize;

/// A module as a function.
#[derive(Debug, Serialize)]
pub(in crate::trial::bake) struct Converted {
    /// A script whose value is a function that takes the loader's `hs$`.
    pub(in crate::trial::bake) text: String,
    /// How many UTF-16 units stand before the module's own text in the first line.
    pub(in crate::trial::bake) head: u32,
    /// What it imports statically, in the order in which it is evaluated.
    pub(in crate::trial::bake) requests: Vec<Request>,
    /// Names of exports that are exports of others.
    pub(in crate::trial::bake) passed_on: Vec<PassedOn>,
    /// Requests of `export * from`.
    pub(in crate::trial::bake) stars: Vec<usize>,
    /// Names of exports that have a getter in the text, sorted.
    pub(in crate::trial::bake) exports: Vec<String>,
}

/// A module that is imported statically.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(in crate::trial::bake) struct Request {
    /// As it is written.
    pub(in crate::trial::bake) specifier: String,
    /// Names of its exports that are bound or passed on, each of which it must have.
    pub(in crate::trial::bake) names: Vec<String>,
    /// Whether it is wanted as a namespace or by `export *`.
    pub(in crate::trial::bake) all: bool,
    /// Whether it is imported `with { type: "json" }`.
    pub(in crate::trial::bake) json: bool,
}

/// An export that is an export of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(in crate::trial::bake) struct PassedOn {
    /// The name of the export.
    pub(in crate::trial::bake) name: String,
    /// The index of the request.
    pub(in crate::trial::bake) request: usize,
    /// The name that it has there; the namespace itself if there is none.
    pub(in crate::trial::bake) imported: Option<String>,
}
