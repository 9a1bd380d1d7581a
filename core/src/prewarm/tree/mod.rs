//! Fitting a tree of zygotes to functions.
//!
//! A zygote forks instances that begin with what it has imported; a zygote that another one forked shares that one's
//! memory and adds to it. Which zygotes are worth having follows from what functions import, how often they are called,
//! and how much memory there is. The method is that of Yang, Choi, Chen and Caraza-Harter, "Forklift: Fitting Zygote
//! Trees for Faster Package Initialization" (`WoSC` 2024): from the matrix of calls by packages, again and again the
//! node is added that gains most. What counts here is the gain by memory, and memory bounds the tree.

mod candidate;
mod fit;
mod matrix;
mod workload;

pub use fit::{Node, Tree, fit};
pub use workload::{PackageCost, Usage, Workload};
