//! The benchmark functions, baked: their images, and whether they make no difference.

use crate::functions::{Function, on_every_event, prepare};
use crate::shell::{self, Outcome, about, target};
use std::path::{Path, PathBuf};

/// Bakes a function by its events; gives the image.
pub(crate) fn baked(function: &Function, headstart: &Path, native_launcher: &Path) -> Outcome<PathBuf> {
    let directory = target().join("images").join(function.language);
    std::fs::create_dir_all(&directory).map_err(|error| about(&directory, &error))?;
    let image = directory.join(&function.name);
    let mut bake = function.command(headstart, &["bake", "--init-timeout", "60s"], native_launcher);
    shell::output(bake.arg("--out").arg(&image))?;
    Ok(image)
}

/// Bakes every benchmark function by its events and hands it every event, those too that baking did not see: the
/// image is used, and the results are those of the function without it.
pub(crate) fn verify(headstart: &Path, native_launcher: &Path) -> Outcome {
    let mut wrong = Vec::new();
    for function in prepare(&[])?.iter().filter(|it| it.language == "python") {
        let image = baked(function, headstart, native_launcher)?.display().to_string();
        let run = |event: &str| {
            let arguments = ["run", "--format", "json", "--init-timeout", "60s", "--image", &image, "--tier", "image"];
            let mut run = function.command(headstart, &arguments, native_launcher);
            run.args(["--event", event]);
            run
        };
        wrong.extend(on_every_event(function, Some("image"), run)?);
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
}
