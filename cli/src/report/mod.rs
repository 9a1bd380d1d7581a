//! An analysis, written for people and for programs.

mod compare;
mod github;
mod html;
mod json;
mod limits;
mod native;
mod sarif;
mod subject;
mod table;
mod tree;

pub(crate) use compare::{Growth, compare};
pub(crate) use github::github;
pub(crate) use html::html;
pub(crate) use json::json;
pub(crate) use limits::{Checked, check};
pub(crate) use sarif::sarif;
pub(crate) use subject::Subject;
pub(crate) use table::table;
pub(crate) use tree::tree;
