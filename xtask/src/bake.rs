//! The benchmark functions, baked: their images, and whether they make no difference.

use crate::functions::{Function, on_every_event, prepare};
use crate::interpreters;
use crate::shell::{self, Outcome, about, target};
use std::path::{Path, PathBuf};

/// Node's releases that are tested with images: the oldest that begins as a snapshot, and the newest.
const NODES: [u32; 2] = [22, 26];
/// Functions whose imports are shown to be able to wait within seconds; `cargo xtask bench image` has them all.
const QUICKLY_DEFERRED: [&str; 3] = ["hello", "scrape", "thumbnail"];

/// Bakes a function by its events; gives the image.
pub(crate) fn baked(
    function: &Function,
    arguments: &[&str],
    headstart: &Path,
    native_launcher: &Path,
) -> Outcome<PathBuf> {
    let directory = target().join("images").join(function.language);
    std::fs::create_dir_all(&directory).map_err(|error| about(&directory, &error))?;
    let is_deferred = arguments.contains(&"--defer");
    let image = directory.join(&function.name).with_extension(if is_deferred { "deferred" } else { "image" });
    let mut bake = function.command(headstart, &["bake", "--init-timeout", "60s"], native_launcher);
    shell::output(bake.args(arguments).arg("--out").arg(&image))?;
    Ok(image)
}

/// Bakes every benchmark function by its events and hands it every event, those too that baking did not see: the
/// image is used, and the results are those of the function without it.
pub(crate) fn verify(headstart: &Path, native_launcher: &Path) -> Outcome {
    let mut wrong = Vec::new();
    for function in prepare(&[])? {
        match function.language {
            "python" => {
                wrong.extend(with_image(&function, &["--no-reads"], headstart, native_launcher)?);
                if QUICKLY_DEFERRED.contains(&function.name.as_str()) {
                    wrong.extend(with_image(&function, &["--no-reads", "--defer"], headstart, native_launcher)?);
                }
            }
            "node" => {
                for node in interpreters::nodes()?.into_iter().filter(|it| NODES.contains(&it.parts().0)) {
                    println!("--- Node {}", node.version);
                    let function = Function { interpreter: Some(node.program), ..function.clone() };
                    wrong.extend(with_image(&function, &["--no-reads"], headstart, native_launcher)?);
                }
            }
            _ => {}
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
}

/// What a function that starts from an image, baked with these arguments, does in another way.
fn with_image(
    function: &Function,
    arguments: &[&str],
    headstart: &Path,
    native_launcher: &Path,
) -> Outcome<Vec<String>> {
    let image = baked(function, arguments, headstart, native_launcher)?.display().to_string();
    let run = |event: &str| {
        let arguments = ["run", "--format", "json", "--init-timeout", "60s", "--image", &image, "--tier", "image"];
        let mut run = function.command(headstart, &arguments, native_launcher);
        run.args(["--event", event]);
        run
    };
    on_every_event(function, Some("image"), run)
}
