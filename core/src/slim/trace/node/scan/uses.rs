//! What a source uses: modules, files, addons.

use super::text::Text;
use super::value::Style;
use crate::slim::trace::node::known::Locating;
use std::path::PathBuf;

/// One use, and where it stands.
#[derive(Debug, Clone)]
pub(in crate::slim::trace::node) struct Use {
    /// The line, from 1.
    pub line: u32,
    pub guard: Guard,
    pub what: What,
}

/// What a source expects of a use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::slim::trace::node) enum Guard {
    /// That it succeeds.
    None,
    /// That it may fail: it stands in `try`, or in front of `.catch()`.
    Failure,
    /// That it may not be reached: it depends on what the environment has.
    Types,
}

#[derive(Debug, Clone)]
pub(in crate::slim::trace::node) enum What {
    /// A module by its name, which may be known in part only; as seen from another directory where one is given.
    Module { style: Style, from: Option<PathBuf>, name: Text },
    /// A path.
    File { path: Text, access: Access },
    /// An addon that a library looks for.
    Addon { locating: Locating, argument: Option<Text> },
    /// A text that may be a path, as seen from the working directory or from the source.
    MaybePath(String),
    /// A text that is the name of something installed, which code elsewhere may load.
    Name { name: String, is_under_plugin_word: bool },
}

/// What is done with a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::slim::trace::node) enum Access {
    /// It is made, and what happens to it then was not followed.
    Mention,
    /// It is read, or looked for.
    Read,
    /// It is a directory that is listed.
    List,
    /// It is run, in a thread or process of its own.
    Run,
}
