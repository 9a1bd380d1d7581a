//! Baking: a function is run on its events, and what its start found out goes into an image.

mod beside;
mod check;
#[cfg(feature = "node-analyzer")]
mod convert;
mod defer;
mod functions;
mod node;
mod options;
mod order;
mod python;
mod reads;
mod report;
mod run;

pub use defer::{Deferral, FirstUse};
pub use options::{BakeOptions, SourceCheck};
pub use run::{Baked, ImageForm, bake};

#[cfg(feature = "fuzzing")]
pub(super) use python::image_of_report;
