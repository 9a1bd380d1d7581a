//! Which path is which call: those of AWS's service model, and the server's own.

use super::fault::{Fault, Kind};
use super::server::Shared;
use super::{guard, operations as call, own};
use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post, put};
use std::sync::Arc;

/// Every route, behind what every request passes.
pub(super) fn router(shared: Arc<Shared>) -> Router {
    let passing = from_fn_with_state(Arc::clone(&shared), guard::pass);
    let routes = functions().merge(concurrency()).merge(others()).merge(server());
    let routes = routes.fallback(unknown).method_not_allowed_fallback(unknown);
    routes.layer(passing).with_state(shared)
}

async fn unknown() -> Fault {
    Fault::new(Kind::UnknownOperation, "There is no such operation here.")
}

fn functions() -> Router<Arc<Shared>> {
    let all = || get(call::list).post(call::create);
    Router::new()
        .route("/2015-03-31/functions", all())
        .route("/2015-03-31/functions/", all())
        .route("/2015-03-31/functions/{name}", get(call::get).delete(call::delete))
        .route("/2015-03-31/functions/{name}/invocations", post(call::invoke))
        .route("/2014-11-13/functions/{name}/invoke-async", post(call::invoke_later))
        .route("/2014-11-13/functions/{name}/invoke-async/", post(call::invoke_later))
        .route("/2021-11-15/functions/{name}/response-streaming-invocations", post(call::invoke_streaming))
        .route("/2015-03-31/functions/{name}/code", put(call::update_code))
        .route("/2015-03-31/functions/{name}/configuration", get(call::configuration).put(call::update_configuration))
        .route("/2015-03-31/functions/{name}/versions", get(call::list_versions).post(call::publish))
        .route("/2015-03-31/functions/{name}/aliases", get(call::list_aliases).post(call::create_alias))
        .route(
            "/2015-03-31/functions/{name}/aliases/{alias}",
            get(call::get_alias).put(call::update_alias).delete(call::delete_alias),
        )
}

fn concurrency() -> Router<Arc<Shared>> {
    let provisioned = put(call::put_provisioned).get(call::get_provisioned).delete(call::delete_provisioned);
    Router::new()
        .route("/2017-10-31/functions/{name}/concurrency", put(call::put_concurrency).delete(call::delete_concurrency))
        .route("/2019-09-30/functions/{name}/concurrency", get(call::get_concurrency))
        .route("/2019-09-30/functions/{name}/provisioned-concurrency", provisioned)
}

fn others() -> Router<Arc<Shared>> {
    Router::new()
        .route("/2016-08-19/account-settings", get(call::settings))
        .route("/2016-08-19/account-settings/", get(call::settings))
        .route("/2017-03-31/tags/{resource}", get(call::list_tags).post(call::tag).delete(call::untag))
}

fn server() -> Router<Arc<Shared>> {
    Router::new()
        .route("/", get(own::page))
        .route("/_headstart/page.js", get(own::script))
        .route("/_headstart/style.css", get(own::style))
        .route("/_headstart/state", get(own::state))
        .route("/healthz", get(own::healthy))
        .route("/readyz", get(own::ready))
        .route("/metrics", get(own::metrics))
}
