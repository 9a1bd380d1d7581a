//! What a worker and its extensions are told of their function.

/// A function, in Lambda's words.
#[derive(Debug, Clone, Default)]
pub(super) struct Facts {
    pub(super) name: String,
    pub(super) version: String,
    pub(super) handler: String,
    pub(super) arn: String,
    pub(super) account: String,
}
