//! Replacing this process's environment, for the native launcher.

use std::collections::BTreeMap;
use std::io;

unsafe extern "C" {
    fn tzset();
}

/// Makes `variables` the whole environment and reads the time zone from it again.
///
/// Does nothing where it is already. Refused where another thread is alive, since it could be reading the environment.
pub fn replace(variables: &BTreeMap<String, String>) -> io::Result<()> {
    let current = std::env::vars_os().map(|(name, value)| (name.into_string().ok(), value.into_string().ok()));
    let current: Vec<_> = current.collect();
    let is_wanted = |(name, value): &(Option<String>, Option<String>)| {
        name.as_ref().is_some_and(|name| value.is_some() && variables.get(name) == value.as_ref())
    };
    if current.len() == variables.len() && current.iter().all(is_wanted) {
        return Ok(());
    }
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
