//! Traces of requests over OTLP, where `OTEL_EXPORTER_OTLP_ENDPOINT` names a collector: the spans of this project, sent in the
//! background. A collector that does not answer costs nothing but its spans.

use headstart::Error;
use headstart::config::environment;
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::SpanExporter;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::Subscriber;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{Layer, filter::LevelFilter};

/// Sends what is left of the spans when it is dropped.
#[derive(Debug)]
pub(crate) struct Traces(SdkTracerProvider);

impl Traces {
    /// Traces, where a collector is named; what keeps them from being sent is told by the exporter.
    pub(crate) fn start() -> Result<Option<Self>, Error> {
        if environment::otlp_endpoint().is_none() {
            return Ok(None);
        }
        let exporter = SpanExporter::builder().with_http().build().map_err(|error| {
            Error::new(headstart::Code::ConfigInvalid, "send traces", error.to_string()).caused_by(error)
        })?;
        let resource = Resource::builder().with_service_name("headstart").build();
        Ok(Some(Self(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build())))
    }

    /// What takes spans from the program.
    pub(crate) fn layer<S: Subscriber + for<'a> LookupSpan<'a>>(&self) -> impl Layer<S> + use<S> {
        let spans = Targets::new().with_target("headstart", LevelFilter::INFO);
        tracing_opentelemetry::layer().with_tracer(self.0.tracer("headstart")).with_filter(spans)
    }
}

impl Drop for Traces {
    fn drop(&mut self) {
        if let Err(error) = self.0.shutdown() {
            crate::talk::warning(&format!("the last traces were not sent: {error}"));
        }
    }
}
