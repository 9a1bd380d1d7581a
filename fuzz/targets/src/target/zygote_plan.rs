//! Plans of zygote trees.

use headstart::prewarm::ZygotePlan;

pub(crate) fn run(data: &[u8]) {
    if let Ok(plan) = ZygotePlan::parse(data) {
        plan.check().expect("what is read has been checked");
    }
}
