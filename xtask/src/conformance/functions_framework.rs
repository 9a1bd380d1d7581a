//! Google's Functions Framework as worker: `core/tests/frameworks.rs`.

use super::package;
use crate::shell::{Outcome, root, target};

pub(super) fn run() -> Outcome {
    let (source, into) =
        (root().join("conformance/functions_framework"), target().join("conformance/functions_framework"));
    let python = source.join("python");
    package::of_python(&python, &python.join("requirements.lock"), &into.join("python"))?;
    package::of_node(&source.join("node"), &into.join("node"))?;
    package::test("platforms", "frameworks")
}
