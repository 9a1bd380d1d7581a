//! `cargo xtask generate`: what is made from the code, so that each fact stands in one place.
#![expect(clippy::expect_used, reason = "writing to memory cannot fail")]

use crate::shell::{Outcome, about, root};
use crate::{images, vectors};
use headstart::Code;
use headstart::slim::Rule;
use std::fmt::Write as _;
use std::path::Path;

/// Writes everything, or, to check, fails where something is not as it would be written.
pub(crate) fn run(check: bool) -> Outcome {
    let mut files = vec![
        ("docs/reference/errors.md".to_owned(), reference()),
        ("docs/reference/findings.md".to_owned(), findings()),
        ("bindings/python/python/headstart/errors.py".to_owned(), python()),
        ("bindings/node/codes.d.ts".to_owned(), typescript()),
    ];
    files.extend(vectors::files()?);
    files.extend(images::files()?);
    let stale: Vec<_> = files.iter().filter(|(name, text)| !is_current(name, text)).collect();
    if check {
        let names: Vec<_> = stale.iter().map(|(name, _)| name.as_str()).collect();
        return match names[..] {
            [] => Ok(()),
            _ => Err(format!("not up to date, run `cargo xtask generate`: {}", names.join(", "))),
        };
    }
    for (name, text) in stale {
        println!("writing {name}");
        write(&root().join(name), text)?;
    }
    Ok(())
}

fn is_current(name: &str, text: &str) -> bool {
    std::fs::read_to_string(root().join(name)).is_ok_and(|found| found == text)
}

fn write(path: &Path, text: &str) -> Outcome {
    let directory = path.parent().unwrap_or(path);
    std::fs::create_dir_all(directory).map_err(|error| about(directory, &error))?;
    std::fs::write(path, text).map_err(|error| about(path, &error))
}

/// The name of the exception class of a code: `FunctionImportFailed`.
fn class(code: Code) -> String {
    code.as_str().split(['.', '_']).map(capital).collect()
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn areas() -> Vec<String> {
    let mut areas: Vec<String> = Code::ALL.iter().map(|code| format!("{:?}", code.area())).collect();
    areas.dedup();
    areas
}

fn reference() -> String {
    let mut text = String::from(
        "# Errors\n\n<!-- Written by `cargo xtask generate` from core/src/error/code.rs. -->\n\n\
        Every error has a stable code, the same in Rust (`Error::code`), in Python (a class of `headstart.errors`,\n\
        with the code as its `code`), in Node (`err.code`) and in the command line's JSON. Retryable means that the\n\
        same call may succeed if it is made again.\n",
    );
    for area in areas() {
        write!(text, "\n## {area}\n\n| code | meaning | what to do | retryable |\n|---|---|---|---|\n")
            .expect("memory");
        for code in Code::ALL.iter().filter(|code| format!("{:?}", code.area()) == area) {
            let retry = if code.is_retryable() { "yes" } else { "no" };
            let advice = code.advice().unwrap_or("");
            writeln!(text, "| `{code}` | {} | {advice} | {retry} |", code.meaning()).expect("memory");
        }
    }
    text
}

fn findings() -> String {
    let mut text = String::from(
        "# Findings\n\n<!-- Written by `cargo xtask generate` from core/src/slim/finding/rule.rs. -->\n\n\
        What `headstart analyze` has to say, by rule. Safe means that `headstart slim` acts on it by itself, because\n\
        doing so cannot change what the function does.\n\n| rule | level | safe | meaning | what to do |\n|---|---|---|---|---|\n",
    );
    for rule in Rule::ALL {
        let safe = if rule.is_safe() { "yes" } else { "no" };
        writeln!(text, "| `{rule}` | {} | {safe} | {} | {} |", rule.level().name(), rule.meaning(), rule.advice())
            .expect("memory");
    }
    text
}

fn python() -> String {
    let mut text = String::from(
        "\"\"\"An exception class for every error code.\n\nWritten by `cargo xtask generate` from core/src/error/code.rs.\n\"\"\"\n\n\
        from ._error import Error, from_native\n",
    );
    let mut names = vec!["Error".to_owned(), "from_native".to_owned()];
    for area in areas() {
        write!(
            text,
            "\n\nclass {area}Error(Error):\n    \"\"\"Codes that begin with `{}.`.\"\"\"\n",
            area.to_lowercase()
        )
        .expect("memory");
        names.push(format!("{area}Error"));
    }
    for code in Code::ALL {
        let name = class(*code);
        write!(
            text,
            "\n\nclass {name}({:?}Error):\n    \"\"\"{}\"\"\"\n\n    code = \"{code}\"\n",
            code.area(),
            code.meaning()
        )
        .expect("memory");
        names.push(name);
    }
    text.push_str("\n\nBY_CODE = {\n");
    for code in Code::ALL {
        writeln!(text, "    \"{code}\": {},", class(*code)).expect("memory");
    }
    text.push_str("}\n\n__all__ = [\n    \"BY_CODE\",\n");
    for name in names {
        writeln!(text, "    \"{name}\",").expect("memory");
    }
    text.push_str("]\n");
    text
}

fn typescript() -> String {
    let mut text = String::from(
        "// Written by `cargo xtask generate` from core/src/error/code.rs.\n\n/** A stable error code. */\nexport type ErrorCode =\n",
    );
    for code in Code::ALL {
        writeln!(text, "  /** {} */\n  | '{code}'", code.meaning()).expect("memory");
    }
    text.truncate(text.trim_end().len());
    text.push_str(";\n");
    text
}
