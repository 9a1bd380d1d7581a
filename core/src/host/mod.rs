//! The embeddable host: functions, pools of workers, invocations.
//!
//! One [`Host`] serves many functions at once. A request takes an idle instance of its function, else thaws a
//! frozen one, else starts one from the nearest tier that is there (zygote, stem, a tree of zygotes, snapshot, cold), else
//! waits for one until its deadline. What a worker does, even dying, hanging or talking garbage, ends that worker and that
//! request only.

mod builder;
mod deadline;
mod freezing;
mod function;
mod grove;
mod holding;
mod kept;
mod lease;
mod pool;
mod prewarm;
mod program;
mod registered;
mod report;
mod request;
mod serve;
mod snapshots;
mod tally;

pub use builder::HostBuilder;
pub use deadline::Deadline;
pub use function::{Function, FunctionId};
pub use grove::ZygoteReport;
pub use prewarm::Prewarm;
pub use report::{FunctionReport, HoldReport, SnapshotReport, WorkerReport};
pub use request::{Reply, Request};
pub use serve::Host;
pub use tally::TierCount;
