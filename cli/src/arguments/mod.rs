//! What can be typed: one file a command.

mod analyze;
mod bake;
mod bench;
mod cache;
mod cli;
mod common;
mod doctor;
mod image;
mod package;
mod profile;
mod run;
mod serve;
mod slim;
mod trace;
mod verify;
mod zygotes;

pub(crate) use analyze::{AnalyzeArguments, ReportFormat};
pub(crate) use bake::{BakeArguments, CheckArgument};
pub(crate) use bench::{Arm, BenchArguments};
pub(crate) use cache::CacheArguments;
pub(crate) use cli::{Cli, Command};
pub(crate) use common::{Format, SubjectArguments, TargetArguments, TrialArguments};
pub(crate) use doctor::DoctorArguments;
pub(crate) use image::ImageArguments;
pub(crate) use package::{PackageArguments, TargetArgument};
pub(crate) use profile::{ProfileArguments, ProfileFormat};
pub(crate) use run::{RunArguments, TierArgument};
pub(crate) use serve::{LogFormat, ServeArguments};
pub(crate) use slim::{ColdArgument, KeepArgument, SlimArguments, SourcesArgument};
pub(crate) use trace::TraceArguments;
pub(crate) use verify::VerifyArguments;
pub(crate) use zygotes::{ZygotesCommand, ZygotesPlanArguments};
