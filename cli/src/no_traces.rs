//! In place of `traces.rs` where this was built without it: says once that no trace is sent.

use headstart::Error;
use headstart::config::environment;
use tracing::Subscriber;
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Identity;

/// What there is none of.
#[derive(Debug)]
pub(crate) enum Traces {}

impl Traces {
    #[expect(clippy::unnecessary_wraps, reason = "as where there are traces")]
    pub(crate) fn start() -> Result<Option<Self>, Error> {
        if environment::otlp_endpoint().is_some() {
            let name = environment::OTLP_ENDPOINT;
            crate::talk::warning(&format!("{name} is set, and this program was built without the feature otlp"));
        }
        Ok(None)
    }

    #[expect(clippy::unused_self, reason = "as where there are traces")]
    pub(crate) fn layer<S: Subscriber>(&self) -> impl Layer<S> + use<S> {
        Identity::new()
    }
}
