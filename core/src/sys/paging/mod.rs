//! Paging out the memory of another process, and bringing back what it needs (`process_madvise(2)`,
//! `process_vm_readv(2)`).
//!
//! It takes `CAP_SYS_NICE`, and for pages that are no file's it takes swap; zram is best.

mod advice;
mod mappings;
mod page_out;
mod touch;
mod working_set;

pub use advice::Unable;
pub use page_out::{PagedOut, page_out};
pub use working_set::WorkingSet;

use std::ops::Range;

/// Addresses of another process.
type Span = Range<u64>;
