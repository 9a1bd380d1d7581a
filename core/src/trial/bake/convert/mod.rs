//! ES modules as functions. The builder of a start-up snapshot runs scripts only, so each module of a dependency
//! becomes a script whose value is a function, which a loader in the builder calls with what stands for its imports.
//!
//! ```text
//! (function (hs$) { "use strict"; hs$.exports({ "a": () => a }); const hs$0 = hs$.import(0); const { "b": b } = hs$0; MODULE
//! })
//! ```
//!
//! The function means what the module means, or there is none. What stands before the module's text is all on the first
//! line, and every token of the module stays on its line.
//!
//! What the loader owes:
//! * The function is compiled as a script, not among the variables of a `CommonJS` module, and called without `this`.
//! * `hs$.exports(getters)` comes first: in a cycle, others may read the exports before the imports are done.
//! * `hs$.import(i)` runs the module of a request, unless it has been run or is being run, and returns its namespace.
//!   Names that a module does not have are errors before anything is run.
//! * Exports are read through their getters, every time, until all modules have been run.
//! * `hs$.late()` is called before each `import()`, whose promise is the engine's own.
//! * `lazy` has each request that leads back to the module itself, not only those that are being run already: what they
//!   pass on may come from one that is.
//!
//! Functions of a module may be called before it is run, by modules of its own cycle. Here they can be, too, but neither
//! what they import nor a default export without a name is there before the last `hs$.import` returns. A loader that
//! gives up where a getter is read before that, or where one throws, does not mistake a module.
//!
//! What can be told apart all the same: `toString` of functions in which a use of a lazy name was written out, columns
//! behind such uses in their lines, and the name of the outermost function in stack traces.

mod converted;
mod dynamic;
mod edits;
mod exports;
mod file_url;
mod function;
mod head;
mod html;
mod links;
mod names;
mod places;
mod references;
mod refused;
mod statements;

#[cfg(test)]
mod tests;

pub(super) use function::convert;
