//! Sources that would exhaust a parser, through all that reads them.

use super::function::STACK;
use super::read::read;

fn nested(open: &str, close: &str, count: usize) -> String {
    format!("{}x{}", open.repeat(count), close.repeat(count))
}

/// `if`s within each other.
fn blocks(count: usize) -> String {
    let lines: Vec<_> = (0..count).map(|depth| " ".repeat(depth) + "if x:\n").collect();
    lines.concat() + &" ".repeat(count) + "x\n"
}

/// Sources that nest in every way there is, `long` levels deep.
fn deep_sources(long: usize) -> Vec<String> {
    vec![
        format!("x{}", ".a".repeat(long)),
        format!("x(){}", ".a".repeat(long)),
        format!("y = x{}", "+x".repeat(long)),
        format!("def f(y: x{}): pass", "+x".repeat(long)),
        format!("def f(y: x{}): pass", ".a".repeat(long)),
        format!("def f(y: x{}): pass", "[0]".repeat(long)),
        format!("class A:\n y: x{} = 1", "|x".repeat(long)),
        format!("if {}x: pass", "not ".repeat(long)),
        format!("x = {}x", "lambda: ".repeat(long)),
        format!("x = {}x", "x if x else ".repeat(long)),
        format!("x = x{}", "()".repeat(long)),
        format!("x = x{}", "**x".repeat(long)),
        format!("x = {}x", "await ".repeat(long)),
        format!("if x: pass\n{}", "elif x: pass\n".repeat(long)),
        format!("import {}a as y\ny.z\n", "a.".repeat(long)),
        nested("(", ")", long),
        nested("f(", ")", long),
        nested("{1:", "}", long),
        nested("f'{", "}'", long),
        nested("match(", ")", long),
        nested("case(", ")", long),
        nested("type(", ")", long),
        nested("x if (", ") else y", long),
        nested("x[", "]", long),
        nested("[x for x in ", "]", long),
        nested("lambda x=(", "): x", long),
        nested("a,*(", ")", long),
        nested("(yield ", ")", long),
        nested("print ", "", long),
        "x = '".repeat(long),
        "'\n".repeat(long),
        "\\\n".repeat(long),
        "(\n".repeat(long),
        "with (a, ".repeat(long),
        "with (a as b, ".repeat(long),
        "match (a, ".repeat(long),
        "{**".repeat(long),
        "a:".repeat(long),
        "def f[T: (".repeat(long),
        "class A(".repeat(long),
        "try:\n except* (".repeat(long),
        format!("match x:\n case {}: pass", nested("[", "]", long)),
        format!("match x:\n case {}: pass", nested("A(", ")", long)),
        format!("match x:\n case x{}: pass", ".x".repeat(long)),
        format!("del {}", nested("(", ")", long)),
        format!("for {} in x: pass", nested("(", ",)", long)),
        format!("with {}: pass", nested("(", ")", long)),
        format!("type A = {}", nested("x[", "]", long)),
        format!("@x{}\ndef f(): pass", ".a".repeat(long)),
        blocks(90),
        blocks(3000),
    ]
}

#[test]
fn no_source_exhausts_the_stack() {
    let sources: Vec<_> = [3000, 100_000].into_iter().flat_map(deep_sources).collect();
    // As much as a parser's thread has.
    let read = move || {
        for source in sources {
            read(&source, (3, 12), &|_| false);
            // With an error at its end, what was parsed until then is dropped.
            read(&(source + "\n$ ?"), (3, 12), &|_| false);
        }
    };
    std::thread::Builder::new().stack_size(STACK).spawn(read).unwrap().join().unwrap();
}
