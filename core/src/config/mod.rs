//! What a user sets: environment variables, and the configuration of a function.

pub mod environment;

#[cfg(feature = "host")]
mod function;
#[cfg(feature = "host")]
pub mod quantity;

#[cfg(feature = "host")]
pub use function::FunctionConfig;
