//! Sources of dependencies that go cold while their bytecode stays.

use super::case::{APP, Case, cold_names, open, python, slim_planned};
use headstart::slim::{BytecodeCheck, ColdArchive, ColdPlace, Decision, PlanOptions, SlimOptions, Slimmed, Sources};
use std::fs;
use std::process::Command;

/// Slims with the sources of dependencies cold.
fn slim_sources(case: &Case, options: &SlimOptions) -> Slimmed {
    let mut planned = PlanOptions::default();
    planned.sources = Sources::Cold;
    slim_planned(&case.package(), planned, options, &()).unwrap()
}

/// A case with a source of some size that its function imports, and one that reads another as text.
fn case_of_sources() -> (Case, String) {
    let case = Case::new();
    let used = format!("value = 42\n\n\ndef told():\n    return value\n{}", "# some words\n".repeat(60));
    case.write("lib/used.py", &used);
    case.write("lib/text.py", &used);
    let init =
        "import os\nfrom . import text\nTEXT = open(os.path.join(os.path.dirname(__file__), 'text.py')).read()\n";
    case.write("lib/__init__.py", init);
    (case, used)
}

#[test]
fn sources_go_cold_and_their_bytecode_stays() {
    let Some(python) = python() else { return println!("skipped: python3 is not on this machine") };
    let (case, used) = case_of_sources();
    let mut options = SlimOptions::new(case.out());
    options.interpreter = Some(python.program.clone());
    let slimmed = slim_sources(&case, &options);
    let content = |name: &str| fs::read_to_string(case.out().join(name)).unwrap();
    assert!(content("lib/used.py").contains("headstart_cold") && content("lib/used.py").len() < 100);
    assert_eq!(content("app.py"), APP, "the function's own code stays");
    assert_eq!(content("lib/text.py"), used, "what is read as a file stays");
    assert_eq!(
        ColdArchive::open(&slimmed.cold.unwrap()).unwrap().read("lib/used.py").unwrap().unwrap(),
        used.as_bytes()
    );
    let code = "import sys; sys.path.insert(0, sys.argv[1])\nif sys.argv[2] == 'served': import headstart_shim\n\
                import app, inspect, os\nfrom lib import used\nassert app.handler(0, 0) == 42\n\
                assert used.__file__ == os.path.join(sys.argv[1], 'lib', 'used.py')\n\
                if sys.argv[2] == 'served': print(inspect.getsource(used), end='')\n";
    for how in ["plain", "served"] {
        let run = Command::new(&python.program).args(["-I", "-c", code]).arg(case.out()).arg(how).output().unwrap();
        assert!(run.status.success(), "{how}: {}", String::from_utf8_lossy(&run.stderr));
        assert_eq!(String::from_utf8(run.stdout).unwrap(), if how == "served" { &*used } else { "" });
    }
}

#[test]
fn sources_stay_where_they_would_be_missed() {
    let Some(python) = python() else { return println!("skipped: python3 is not on this machine") };
    let (case, used) = case_of_sources();
    let mut plain = SlimOptions::new(case.out());
    plain.interpreter = Some(python.program);
    plain.force = true;
    let mut checked = plain.clone();
    checked.check = BytecodeCheck::Always;
    let mut dropped = plain.clone();
    dropped.cold = ColdPlace::Drop;
    let mut without = plain.clone();
    without.interpreter = None;
    for (options, why) in [(checked, "it is compared"), (dropped, "no archive"), (without, "no bytecode")] {
        let slimmed = slim_sources(&case, &options);
        assert_eq!(fs::read_to_string(case.out().join("lib/used.py")).unwrap(), used, "{why}");
        let package = open(&case.package()).unwrap();
        assert_eq!(slimmed.plan.files(&package, Decision::Compiled).count(), 0, "{why}");
        fs::remove_dir_all(case.out()).unwrap();
    }
    let broken = used + "print 'x'\n";
    case.write("lib/used.py", &broken);
    let slimmed = slim_sources(&case, &plain);
    assert_eq!(fs::read_to_string(case.out().join("lib/used.py")).unwrap(), broken, "it does not compile");
    assert!(!cold_names(&slimmed.cold.unwrap()).contains("lib/used.py"));
}
