//! Templates that deploy functions, validated by the tools that read them.

use super::bootstrap::tools;
use crate::shell::{Outcome, command, root, run as run_program};

/// Reads Terraform's language; Terraform itself is in no registry of packages.
const HCL: &str = "import hcl2, sys; hcl2.load(open(sys.argv[1]))";

pub(super) fn run() -> Outcome {
    let Some(tools) = tools() else { return Ok(()) };
    let templates = root().join("examples/deploy");
    let template = templates.join("sam/template.yaml");
    run_program(command(tools.join("bin/cfn-lint"), ["--template"]).arg(&template))?;
    let hcl = templates.join("terraform/main.tf");
    run_program(command(tools.join("bin/python"), ["-c", HCL]).arg(&hcl))?;
    println!(
        "skipped: the Serverless Framework downloads itself from elsewhere than a registry; its template is read as YAML"
    );
    let yaml = "import yaml, sys; assert yaml.safe_load(open(sys.argv[1]))['functions']";
    run_program(command(tools.join("bin/python"), ["-c", yaml]).arg(templates.join("serverless/serverless.yml")))
}
