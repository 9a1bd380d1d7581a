//! The cache for Python: values are held by reference in a dictionary of the process, and computed and kept on the node by
//! the core.

mod codec;
mod front;
mod function;
mod key;
mod native;
mod pack;
mod policy;
mod step;
mod warn;

pub(crate) use function::CachedFunction;
pub(crate) use native::{NativeCache, cache_restored};
pub(crate) use policy::NativePolicy;
pub(crate) use step::NativeStep;
