//! What a worker and its extensions are told of their function.

/// A function, in Lambda's words.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct Facts {
    pub(in super::super) name: String,
    pub(in super::super) version: String,
    pub(in super::super) handler: String,
    pub(in super::super) arn: String,
    pub(in super::super) account: String,
    pub(in super::super) memory_limit: Option<u64>,
}
