//! How large platforms let a function be.

use crate::error::{Code, Error};
use std::str::FromStr;

/// A platform that runs functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Platform {
    /// AWS Lambda.
    Lambda,
    /// Google Cloud Run functions.
    GoogleFunctions,
    /// Vercel Functions.
    Vercel,
}

impl Platform {
    const ALL: [Self; 3] = [Self::Lambda, Self::GoogleFunctions, Self::Vercel];

    /// The platform's name, as it is typed: `lambda`, `google`, `vercel`.
    pub const fn name(self) -> &'static str {
        match self {
            Platform::Lambda => "lambda",
            Platform::GoogleFunctions => "google",
            Platform::Vercel => "vercel",
        }
    }
}

impl FromStr for Platform {
    type Err = Error;

    /// Fails with `config.invalid`.
    fn from_str(text: &str) -> Result<Self, Error> {
        Self::ALL.into_iter().find(|platform| platform.name() == text).ok_or_else(|| {
            Error::new(Code::ConfigInvalid, "read the platform", "it is none of lambda, google, vercel")
                .with("platform", text)
        })
    }
}

/// A limit of a platform on a function's size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// Whose it is.
    pub platform: Platform,
    /// Bytes at most.
    pub bytes: u64,
    /// Whether it is about the archive that is uploaded, not what it unpacks to.
    pub is_zipped: bool,
    /// Whether layers count too.
    pub counts_layers: bool,
    /// Where the platform says so.
    pub source: &'static str,
}

/// Every limit that is known.
pub const LIMITS: &[Limit] = &[
    Limit {
        platform: Platform::Lambda,
        bytes: 262_144_000,
        is_zipped: false,
        counts_layers: true,
        source: "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html",
    },
    Limit {
        platform: Platform::Lambda,
        bytes: 50 << 20,
        is_zipped: true,
        counts_layers: false,
        source: "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html",
    },
    Limit {
        platform: Platform::GoogleFunctions,
        bytes: 100_000_000,
        is_zipped: true,
        counts_layers: false,
        source: "https://cloud.google.com/functions/quotas",
    },
    Limit {
        platform: Platform::GoogleFunctions,
        bytes: 500_000_000,
        is_zipped: false,
        counts_layers: false,
        source: "https://cloud.google.com/functions/quotas",
    },
    Limit {
        platform: Platform::Vercel,
        bytes: 250 << 20,
        is_zipped: false,
        counts_layers: false,
        source: "https://vercel.com/docs/functions/limitations",
    },
];
