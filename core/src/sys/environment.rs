//! Replacing this process's environment, for the native launcher.

use std::collections::BTreeMap;
use std::io;

unsafe extern "C" {
    fn tzset();
}

/// Makes `variables` the whole environment and reads the time zone from it again.
///
/// Refused where another thread is alive, since it could be reading the environment.
pub fn replace(variables: &BTreeMap<String, String>) -> io::Result<()> {
    if super::process::threads()? > 1 {
        return Err(io::Error::other("another thread is alive"));
    }
    let stale: Vec<_> = std::env::vars_os().map(|(name, _)| name).collect();
    let usable = |name: &str, value: &str| !name.is_empty() && !name.contains(['=', '\0']) && !value.contains('\0');
    // SAFETY: this process has one thread, so that nobody reads the environment meanwhile.
    unsafe {
        for name in &stale {
            std::env::remove_var(name);
        }
        for (name, value) in variables.iter().filter(|(name, value)| usable(name, value)) {
            std::env::set_var(name, value);
        }
        tzset();
    }
    Ok(())
}

/// Writes out what C's standard streams hold back.
pub fn flush_c_streams() {
    // SAFETY: a null stream means all of them; the call takes their locks itself.
    unsafe { libc::fflush(std::ptr::null_mut()) };
}
