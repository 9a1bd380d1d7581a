//! Python: which modules, extension modules and data files a function reaches.
//!
//! [`read`] turns one source into [`facts`] without knowing where it stands, so that sources are read in
//! parallel; [`function`] goes on from file to file and asks [`search`] what a name means in this package.

mod annotations;
mod beside;
mod bindings;
mod calls;
mod compiled;
mod computed;
mod condition;
#[cfg(test)]
mod deep;
mod facts;
mod fold;
mod function;
mod guards;
mod importing;
mod known;
mod lines;
mod metadata;
mod nesting;
mod objects;
mod pattern;
mod read;
mod resolve;
mod search;
mod sections;
mod standard;
mod streams;
mod uses;

pub(super) use function::trace;
