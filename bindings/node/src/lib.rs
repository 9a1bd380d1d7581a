//! The native part of the Node package: a host to run functions with.

mod host;
mod settle;

use neon::prelude::*;

#[neon::main]
fn main(mut cx: ModuleContext<'_>) -> NeonResult<()> {
    cx.export_function("hostNew", host::new)?;
    cx.export_function("hostRegister", host::register)?;
    cx.export_function("hostPrewarm", host::prewarm)?;
    cx.export_function("hostInvoke", host::invoke)?;
    cx.export_function("hostStop", host::stop)
}
