//! Links the native part so that it stays loaded.

use std::env;

#[expect(clippy::disallowed_methods, reason = "Cargo says by a variable what it builds for")]
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // Node unloads an addon with the last worker thread that used it. What the standard library has put down to be called
    // at the thread's end is called after that.
    if env::var("CARGO_CFG_TARGET_ENV").is_ok_and(|libc| libc == "gnu" || libc == "musl") {
        println!("cargo::rustc-link-arg-cdylib=-Wl,-z,nodelete");
    }
}
