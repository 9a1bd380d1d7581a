//! The machine that a function will run on, which need not be this one.

use crate::error::{Code, Error, Result};
use std::fmt;
use std::str::FromStr;

/// The processor's instruction set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Architecture {
    /// 64-bit x86.
    X64,
    /// 64-bit ARM.
    Arm64,
}

/// The C library of a Linux system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Libc {
    /// The GNU C library.
    Gnu,
    /// musl, as on Alpine.
    Musl,
}

/// The machine that a function will run on: `linux-x64`, `linux-arm64`, `linux-x64-musl`, or as Cargo names it,
/// `aarch64-unknown-linux-musl`.
///
/// ```
/// use headstart::package::{Architecture, Libc, Target};
///
/// let target: Target = "linux-arm64-musl".parse()?;
/// assert_eq!((target.architecture, target.libc), (Architecture::Arm64, Libc::Musl));
/// # Ok::<(), headstart::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Target {
    /// The processor.
    pub architecture: Architecture,
    /// The C library.
    pub libc: Libc,
}

impl Target {
    /// This machine, or, where it runs no Linux, a Linux of its architecture.
    pub fn here() -> Self {
        let architecture = if cfg!(target_arch = "aarch64") { Architecture::Arm64 } else { Architecture::X64 };
        let is_musl = std::path::Path::new("/etc/alpine-release").exists();
        Self { architecture, libc: if is_musl { Libc::Musl } else { Libc::Gnu } }
    }

    /// The architecture as Node names it: `x64`, `arm64`.
    pub fn node_architecture(self) -> &'static str {
        match self.architecture {
            Architecture::X64 => "x64",
            Architecture::Arm64 => "arm64",
        }
    }

    /// The machine as Cargo names it: `x86_64-unknown-linux-gnu`.
    pub fn triple(self) -> String {
        let libc = if self.libc == Libc::Musl { "musl" } else { "gnu" };
        format!("{}-unknown-linux-{libc}", self.machine())
    }

    /// The architecture as the kernel and Python's wheels name it: `x86_64`, `aarch64`.
    pub fn machine(self) -> &'static str {
        match self.architecture {
            Architecture::X64 => "x86_64",
            Architecture::Arm64 => "aarch64",
        }
    }
}

impl FromStr for Target {
    type Err = Error;

    /// Fails with `config.invalid`.
    fn from_str(text: &str) -> Result<Self> {
        let refuse = || {
            let message = "it is none of linux-x64, linux-arm64, each with -musl where it is meant, nor Cargo's name \
                           of one";
            Error::new(Code::ConfigInvalid, "read the target", message).with("target", text)
        };
        let triple = text.split_once("-unknown-linux-").map(|(name, libc)| format!("{name}-{libc}"));
        let rest = triple.as_deref().or_else(|| text.strip_prefix("linux-")).ok_or_else(refuse)?;
        let (name, libc) = match rest.split_once('-') {
            None | Some((_, "gnu")) => (rest.split('-').next().unwrap_or(rest), Libc::Gnu),
            Some((name, "musl")) => (name, Libc::Musl),
            Some(_) => return Err(refuse()),
        };
        let architecture = match name {
            "x64" | "x86_64" | "amd64" => Architecture::X64,
            "arm64" | "aarch64" => Architecture::Arm64,
            _ => return Err(refuse()),
        };
        Ok(Self { architecture, libc })
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let suffix = if self.libc == Libc::Musl { "-musl" } else { "" };
        write!(f, "linux-{}{suffix}", self.node_architecture())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back() {
        for text in ["linux-x64", "linux-arm64", "linux-x64-musl"] {
            assert_eq!(text.parse::<Target>().unwrap().to_string(), text);
        }
        assert_eq!("linux-aarch64-gnu".parse::<Target>().unwrap().to_string(), "linux-arm64");
        assert_eq!("aarch64-unknown-linux-musl".parse::<Target>().unwrap().to_string(), "linux-arm64-musl");
        assert_eq!("x86_64-unknown-linux-gnu".parse::<Target>().unwrap().to_string(), "linux-x64");
        for text in [
            "",
            "linux",
            "linux-",
            "darwin-arm64",
            "x86_64-unknown-linux-uclibc",
            "riscv64gc-unknown-linux-gnu",
            "linux-x64-gnu-x",
            "linux-mips",
        ] {
            assert_eq!(text.parse::<Target>().unwrap_err().code(), Code::ConfigInvalid, "{text}");
        }
    }
}
