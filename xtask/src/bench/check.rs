//! What the project promises, and whether a report keeps it.

use crate::shell::Outcome;
use serde_json::Value;

/// A figure: the rows it is about, where it stands, and its bound.
struct Promise {
    function: &'static str,
    language: &'static str,
    arm: &'static str,
    field: &'static str,
    bound: Bound,
}

enum Bound {
    AtMost(f64),
    AtLeast(f64),
}

const fn promise(
    function: &'static str,
    language: &'static str,
    arm: &'static str,
    field: &'static str,
    bound: Bound,
) -> Promise {
    Promise { function, language, arm, field, bound }
}

const PROMISES: &[Promise] = &[
    promise("report", "python", "zygote", "init_ratio_to_plain", Bound::AtMost(1.0 / 50.0)),
    promise("report", "python", "zygote", "ratio_to_plain", Bound::AtMost(1.0 / 20.0)),
    promise("api", "nodejs", "stem", "ratio_to_plain", Bound::AtMost(1.0 / 5.0)),
    promise("report", "python", "cold", "ratio_to_plain", Bound::AtMost(1.1)),
    promise("web", "python", "cold", "ratio_to_plain", Bound::AtMost(1.1)),
    promise("api", "nodejs", "cold", "ratio_to_plain", Bound::AtMost(1.1)),
    promise("hello", "python", "cold", "ratio_to_plain", Bound::AtMost(1.5)),
    promise("hello", "nodejs", "cold", "ratio_to_plain", Bound::AtMost(1.5)),
    promise("hello", "native", "cold", "ratio_to_plain", Bound::AtMost(1.5)),
    promise("echo", "python", "warm, text", "ratio_to_bare", Bound::AtMost(2.5)),
    promise("echo", "nodejs", "warm, text", "ratio_to_bare", Bound::AtMost(2.5)),
    promise("echo", "native", "warm, text", "ratio_to_bare", Bound::AtMost(3.0)),
    promise("hello", "python", "awslambdaric, on the host", "times_ours", Bound::AtLeast(3.0)),
    promise("hello", "nodejs", "aws-lambda-ric, on the host", "times_ours", Bound::AtLeast(3.0)),
    promise("hello", "python", "serve", "added_ratio_to_echo", Bound::AtMost(3.0)),
    promise("echo", "python", "200 workers", "throughput_ratio", Bound::AtLeast(0.7)),
    promise("echo", "python", "200 workers", "errors", Bound::AtMost(0.0)),
    promise("echo", "python", "200 workers", "host_memory_growth", Bound::AtMost(1.1)),
    promise("30 functions", "python", "tree", "gain_ratio", Bound::AtLeast(0.8)),
    promise("30 functions", "python", "tree", "memory_ratio", Bound::AtMost(0.25)),
    promise("geometric mean", "python", "slim --strip", "ratio_to_installed", Bound::AtMost(0.55)),
    promise("geometric mean", "python", "slim, init", "init_speedup", Bound::AtLeast(1.7)),
    promise("geometric mean", "python", "image", "speedup", Bound::AtLeast(1.15)),
    promise("geometric mean", "python", "image-defer", "speedup", Bound::AtLeast(2.0)),
    promise("geometric mean", "python", "image, cold disk", "speedup", Bound::AtLeast(2.0)),
    promise("geometric mean", "nodejs", "image", "speedup", Bound::AtLeast(2.0)),
    promise("geometric mean", "nodejs", "image", "against_bundle", Bound::AtLeast(1.3)),
    promise("geometric mean", "nodejs", "image, cold disk", "speedup", Bound::AtLeast(2.5)),
    promise("geometric mean", "python", "image-refused", "speedup", Bound::AtLeast(1.0 / 1.05)),
    promise("geometric mean", "nodejs", "image-refused", "speedup", Bound::AtLeast(1.0 / 1.05)),
    promise("report", "python", "frozen", "ratio_to_plain", Bound::AtMost(1.0 / 100.0)),
    promise("api", "nodejs", "frozen", "ratio_to_plain", Bound::AtMost(1.0 / 100.0)),
    promise("geometric mean", "python", "frozen-paged", "speedup", Bound::AtLeast(12.0)),
    promise("geometric mean", "python", "frozen-paged-in", "speedup", Bound::AtLeast(30.0)),
    promise("geometric mean", "nodejs", "frozen-paged", "speedup", Bound::AtLeast(12.0)),
    promise("geometric mean", "nodejs", "frozen-paged-in", "speedup", Bound::AtLeast(30.0)),
    promise("geometric mean", "python", "snapshot", "speedup", Bound::AtLeast(4.0)),
    promise("geometric mean", "nodejs", "snapshot", "speedup", Bound::AtLeast(2.0)),
    promise("report", "python", "frozen-paged, alone", "resident_share", Bound::AtMost(1.0 / 20.0)),
    promise("report", "python", "frozen-paged, alone", "cost_share", Bound::AtMost(1.0 / 6.0)),
    promise("report", "python", "frozen-paged, forked", "cost_share", Bound::AtMost(1.0 / 20.0)),
    promise("api", "node", "trace", "trace_speedup", Bound::AtLeast(25.0)),
    promise("agent", "python", "trace", "trace_speedup", Bound::AtLeast(5.0)),
    promise("agent", "python", "trace", "peak_bytes", Bound::AtMost(300e6)),
    promise("segment", "python", "trace", "peak_bytes", Bound::AtMost(300e6)),
    promise("process hit", "python", "cachetools.TTLCache", "times_ours", Bound::AtLeast(3.0)),
    promise("process hit", "python", "functools.lru_cache", "times_ours", Bound::AtLeast(1.0 / 3.0)),
    promise("process hit", "nodejs", "cachified", "times_ours", Bound::AtLeast(10.0)),
    promise("process hit", "nodejs", "lru-cache", "times_ours", Bound::AtLeast(0.5)),
    promise("process hit", "rust", "moka", "times_ours", Bound::AtLeast(2.5)),
    promise("node hit, disk", "python", "diskcache", "times_ours", Bound::AtLeast(2.5)),
    promise("node hit, disk, 4 processes", "python", "diskcache", "times_ours", Bound::AtLeast(2.5)),
    promise("node set, disk", "python", "diskcache", "times_ours", Bound::AtLeast(1.0)),
    promise("node set, disk, 4 processes", "python", "diskcache", "times_ours", Bound::AtLeast(1.5)),
    promise("first use, disk", "python", "diskcache", "times_ours", Bound::AtLeast(5.0)),
    promise("node hit, disk", "nodejs", "cacache", "times_ours", Bound::AtLeast(30.0)),
    promise("node hit, disk", "nodejs", "keyv", "times_ours", Bound::AtLeast(1.0)),
    promise("node hit, disk", "nodejs", "cache-manager", "times_ours", Bound::AtLeast(1.0)),
    promise("node hit, tmpfs", "python", "diskcache", "times_ours", Bound::AtLeast(2.5)),
    promise("node hit, tmpfs, 4 processes", "python", "diskcache", "times_ours", Bound::AtLeast(2.5)),
    promise("node set, tmpfs", "python", "diskcache", "times_ours", Bound::AtLeast(1.0)),
    promise("node set, tmpfs, 4 processes", "python", "diskcache", "times_ours", Bound::AtLeast(1.5)),
    promise("first use, tmpfs", "python", "diskcache", "times_ours", Bound::AtLeast(5.0)),
    promise("node hit, tmpfs", "nodejs", "cacache", "times_ours", Bound::AtLeast(30.0)),
    promise("node hit, tmpfs", "nodejs", "keyv", "times_ours", Bound::AtLeast(1.0)),
    promise("node hit, tmpfs", "nodejs", "cache-manager", "times_ours", Bound::AtLeast(1.0)),
    promise("hello", "python", "headstart, warm", "times_ours", Bound::AtLeast(3.0)),
    promise("hello", "nodejs", "headstart, warm", "times_ours", Bound::AtLeast(3.0)),
    promise("hello", "python", "headstart, ready", "ratio_to_peer", Bound::AtMost(1.0)),
    promise("report", "python", "image, ready", "ratio_to_peer", Bound::AtMost(1.0)),
    promise("report", "python", "16 at once", "memory_ratio", Bound::AtMost(0.2)),
    promise("import", "python", "headstart", "ratio_to_standard", Bound::AtMost(1.0)),
    promise("import", "nodejs", "headstart", "ratio_to_standard", Bound::AtMost(1.0)),
];

/// Says for each promise that the report speaks of whether it is kept; fails where one is not, where the report
/// speaks of none, and where a function did not give the result that it gives without us.
pub(super) fn check(report: &Value) -> Outcome {
    let (mut kept, mut missed) = (0, 0);
    for promise in PROMISES {
        let Some(value) = find(report, promise) else { continue };
        let (is_kept, bound) = match promise.bound {
            Bound::AtMost(bound) => (value <= bound, format!("at most {bound:.3}")),
            Bound::AtLeast(bound) => (value >= bound, format!("at least {bound:.3}")),
        };
        let word = if is_kept { "kept" } else { "MISSED" };
        eprintln!(
            "{word}: {} {} {} {} {value:.3}, {bound}",
            promise.language, promise.function, promise.arm, promise.field
        );
        if is_kept { kept += 1 } else { missed += 1 }
    }
    let wrong: Vec<_> = report["rows"].as_array().into_iter().flatten().filter(|row| is_wrong(row)).collect();
    for row in &wrong {
        eprintln!("WRONG: {} {} {} gave another result", row["language"], row["function"], row["arm"]);
    }
    match (kept, missed) {
        _ if !wrong.is_empty() => Err("an arm gave another result than plain".into()),
        (0, 0) => Err("the report speaks of nothing that is promised".into()),
        (_, 0) => Ok(()),
        _ => Err(format!("{missed} of {} figures are missed", kept + missed)),
    }
}

fn is_wrong(row: &Value) -> bool {
    // What a peer does wrong is not ours to answer for.
    row["same_result"] == false && row["is_peer"] != true
}

fn find(report: &Value, promise: &Promise) -> Option<f64> {
    let row = report["rows"].as_array()?.iter().find(|row| {
        row["function"] == promise.function && row["language"] == promise.language && row["arm"] == promise.arm
    })?;
    let value = &row[promise.field];
    value.get("median").unwrap_or(value).as_f64()
}
