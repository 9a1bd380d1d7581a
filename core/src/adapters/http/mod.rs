//! HTTP as events, and results as HTTP, for platforms whose functions are servers.
//!
//! An event is what API Gateway gives a function (payload format 2.0, which function URLs have too), or a CloudEvent in its
//! JSON form; a result is read as API Gateway reads it. Handlers that were made for these work behind any of the
//! platforms. All of it is pure: parts and bytes in, values out.
//!
//! Sources: AWS, "Create AWS Lambda proxy integrations for HTTP APIs" and "Invoking Lambda function URLs"; CloudEvents 1.0,
//! "HTTP Protocol Binding" and "JSON Event Format".

mod answer;
mod body;
mod cloud_event;
mod event;
mod headers;
mod request;
mod result;

pub use answer::answer;
pub use cloud_event::{cloud_event, is_cloud_event};
pub use event::event;
pub use request::request;
pub(super) use request::{method_of, request_of};
pub use result::result;
