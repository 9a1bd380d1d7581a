//! A port for a process that wants to be told one.

use std::io;
use std::net::{Ipv4Addr, TcpListener};

/// One that is free now. Another process may be given it before the worker listens; then the worker cannot, and ends.
pub(super) fn free() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}
