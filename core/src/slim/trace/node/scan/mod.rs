//! What one source uses, from its text alone: modules, files, addons.
//!
//! Two passes over the syntax tree: [`collect`] finds what each name is bound to, [`visit`] folds constants
//! and notes uses. Nothing is run; what cannot be folded is a [`text::Text`] with unknown parts.

mod ast;
mod call;
mod calls;
mod collect;
mod decided;
mod depth;
mod fold;
mod imported;
mod members;
mod nesting;
mod operators;
mod parameters;
mod parse;
mod place;
mod scanner;
mod sites;
mod source;
mod table;
mod text;
mod uses;
mod value;
mod visit;

pub(super) use imported::{Imported, When};
pub(super) use place::{Place, decode, path_of_url};
pub(super) use source::scan;
pub(super) use text::Text;
pub(super) use uses::{Access, Guard, Use, What};
pub(super) use value::Style;
