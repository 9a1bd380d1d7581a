//! The native part of the Node package: a host to run functions with, and caches that processes share.

mod cache;
mod host;
mod settle;

use neon::prelude::*;

#[neon::main]
fn main(mut cx: ModuleContext<'_>) -> NeonResult<()> {
    cx.export_function("hostNew", host::new)?;
    cx.export_function("hostRegister", host::register)?;
    cx.export_function("hostPrewarm", host::prewarm)?;
    cx.export_function("hostInvoke", host::invoke)?;
    cx.export_function("hostStop", host::stop)?;
    cx.export_function("cacheOpen", cache::open)?;
    cx.export_function("cacheProblem", cache::problem)?;
    cx.export_function("cacheAsk", cache::ask)?;
    cx.export_function("cacheClaim", cache::claim)?;
    cx.export_function("cacheRenew", cache::renew)?;
    cx.export_function("cacheComplete", cache::complete)?;
    cx.export_function("cacheRelease", cache::release)?;
    cx.export_function("cacheRemove", cache::remove)?;
    cx.export_function("cacheClear", cache::clear)?;
    cx.export_function("cacheInvalidate", cache::invalidate)?;
    cx.export_function("cacheIsValid", cache::is_valid)?;
    cx.export_function("cacheWasCleared", cache::was_cleared)?;
    cx.export_function("cacheTellNow", cache::tell_now)?;
    cx.export_function("cacheFaults", cache::faults)?;
    cx.export_function("cacheRestored", cache::restored)
}
