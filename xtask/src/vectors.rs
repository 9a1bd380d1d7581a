//! The protocol's vectors: frames and sessions, good and bad, that Rust, Python and Node all check.

use crate::shell::Outcome;
use headstart::bootstrap::message::{self, Invocation};
use headstart::bootstrap::{Header, Kind, Limits, Sender};
use serde_json::{Value, json};

type Files = Vec<(String, String)>;

/// Every vector: the file's path in the repository, and its content.
pub(crate) fn files() -> Outcome<Files> {
    let mut files = Files::new();
    for (name, kind, request, body) in good_control() {
        let expected = json!({"kind": kind.name(), "request": request, "body": body});
        frame(&mut files, &name, &whole(kind, request, body.to_string().as_bytes())?, &expected);
    }
    good_branches(&mut files)?;
    good_oddities(&mut files)?;
    good_raw(&mut files)?;
    bad_headers(&mut files)?;
    bad_bodies(&mut files)?;
    sessions(&mut files);
    Ok(files)
}

/// Bytes as text, sixteen a line.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let lines =
        bytes.chunks(16).map(|line| line.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" "));
    lines.collect::<Vec<_>>().join("\n") + "\n"
}

fn frame(files: &mut Files, name: &str, bytes: &[u8], expected: &Value) {
    files.push((format!("testdata/vectors/frames/{name}/frame.hex"), hex(bytes)));
    files.push((format!("testdata/vectors/frames/{name}/expected.json"), format!("{expected:#}\n")));
}

fn bad(files: &mut Files, name: &str, bytes: &[u8], code: &str) {
    frame(files, name, bytes, &json!({"error": code}));
}

fn whole(kind: Kind, request: u64, body: &[u8]) -> Outcome<Vec<u8>> {
    let header = Header::new(kind, request, body.len(), Limits::default()).map_err(|error| error.to_string())?;
    Ok([&header.encode()[..], body].concat())
}

fn good_control() -> Vec<(String, Kind, u64, Value)> {
    let bodies = [
        (Kind::Welcome, 1, json!({"version": 1, "role": "worker", "max_payload": 6_291_456})),
        (
            Kind::Specialize,
            2,
            json!({"function": "report", "path": "/srv/report", "entry": "app.handler", "environment": {"A": "1", "B": "ä"}, "limits": {"memory": 536_870_912}, "image": {"path": "/srv/report.image", "stamp": "1:2:3:4:5"}}),
        ),
        (Kind::Prewarm, 3, json!({})),
        (Kind::Fork, 4, json!({"spare": true})),
        (Kind::BeforeFreeze, 5, json!({})),
        (Kind::AfterThaw, 6, json!({"wall_clock_ns": 1_790_000_000_000_000_000_u64, "epoch": 3})),
        (
            Kind::BeforeSnapshot,
            7,
            json!({"park": {"socket": "/srv/s/socket", "stdout": "/srv/s/stdout", "stderr": "/srv/s/stderr"}}),
        ),
        (Kind::AfterRestore, 8, json!({"wall_clock_ns": 1_790_000_000_000_000_000_u64, "epoch": 4})),
        (Kind::Shutdown, 9, json!({"grace_us": 2_000_000})),
        (
            Kind::Hello,
            0,
            json!({"versions": [1], "runtime": "python", "runtime_version": "3.12.1", "launcher": "0.1.0", "pid": 4711, "entered_ns": 123_456_789}),
        ),
        (
            Kind::Ready,
            2,
            json!({"state": "instance", "timings_us": {"import": 1200}, "image": true, "hooks_failed": [{"code": "hook.failed", "message": "no", "hook": "app.connect"}]}),
        ),
        (
            Kind::Failure,
            10,
            json!({"code": "function.raised", "message": "no rows", "type": "ValueError", "trace": ["File \"app.py\", line 3, in handler"]}),
        ),
        (Kind::Forked, 4, json!({"pid": 4712})),
        (
            Kind::Refused,
            4,
            json!({"code": "zygote.thread_alive", "message": "a thread is alive", "culprits": [{"module": "telemetry", "thread": "flush"}]}),
        ),
        (Kind::Log, 0, json!({"level": "warning", "message": "a word"})),
        (Kind::Exited, 0, json!({"pid": 4712, "signal": 9})),
    ];
    bodies.into_iter().map(|(kind, request, body)| (kind.name().to_owned(), kind, request, body)).collect()
}

/// What a zygote of a tree is told, and says.
fn good_branches(files: &mut Files) -> Outcome {
    let preload = json!({"modules": ["numpy", "pandas"], "paths": ["/opt/python"], "tell": true});
    let loaded = json!({"path": ["/usr/lib/python3.12"], "modules": [{"name": "numpy", "places": ["/opt/python/numpy"]}], "environment": ["OMP_NUM_THREADS"]});
    let cases = [
        ("fork_of_a_zygote", Kind::Fork, 4, json!({"role": "zygote", "preload": preload})),
        ("ready_with_what_is_loaded", Kind::Ready, 0, json!({"state": "zygote", "loaded": loaded})),
        (
            "ready_with_what_is_open",
            Kind::Ready,
            7,
            json!({"state": "instance", "opened": [{"descriptor": 9, "place": "app.py:12"}]}),
        ),
    ];
    for (name, kind, request, body) in cases {
        let expected = json!({"kind": kind.name(), "request": request, "body": body});
        frame(files, name, &whole(kind, request, body.to_string().as_bytes())?, &expected);
    }
    Ok(())
}

/// Bodies that a reader must take as they are meant: expected is what counts, without fields that are null.
fn good_oddities(files: &mut Files) -> Outcome {
    let cases = [
        ("null_is_absent", Kind::Forked, r#"{"pid": 1, "news": null}"#, json!({"pid": 1})),
        (
            "unknown_field",
            Kind::Shutdown,
            r#"{"grace_us": 0, "news": [1, {}]}"#,
            json!({"grace_us": 0, "news": [1, {}]}),
        ),
        ("white_space", Kind::Prewarm, " {\n} ", json!({})),
        (
            "escapes",
            Kind::Log,
            r#"{"level": "info", "message": "\u00e4\n\ud83d\ude00"}"#,
            json!({"level": "info", "message": "ä\n😀"}),
        ),
    ];
    for (name, kind, body, expected) in cases {
        let expected = json!({"kind": kind.name(), "request": u64::MAX >> 11, "body": expected});
        frame(files, name, &whole(kind, u64::MAX >> 11, body.as_bytes())?, &expected);
    }
    Ok(())
}

fn good_raw(files: &mut Files) -> Outcome {
    let cases: [(&str, u64, &str, &str); 3] = [
        ("invoke", 3_000_000, r#"{"request_id": "a-1"}"#, r#"{"name": "wörld"}"#),
        ("invoke_without_context", 0, "", "null"),
        ("invoke_with_largest_budget", u64::MAX >> 11, "", "[]"),
    ];
    for (name, budget_us, context, payload) in cases {
        let invocation = Invocation { budget_us, context: context.as_bytes(), payload: payload.as_bytes() };
        let prefix = invocation.prefix().map_err(|error| error.to_string())?;
        let body = [&prefix[..], context.as_bytes(), payload.as_bytes()].concat();
        let context: Value = serde_json::from_str(context).unwrap_or(Value::Null);
        let expected =
            json!({"kind": "invoke", "request": 10, "budget_us": budget_us, "context": context, "payload": payload});
        frame(files, name, &whole(Kind::Invoke, 10, &body)?, &expected);
    }
    frame(
        files,
        "result",
        &whole(Kind::Result, 10, b"{\"rows\":2}")?,
        &json!({"kind": "result", "request": 10, "payload": "{\"rows\":2}"}),
    );
    frame(
        files,
        "result_empty",
        &whole(Kind::Result, 11, b"")?,
        &json!({"kind": "result", "request": 11, "payload": ""}),
    );
    frame(
        files,
        "piece",
        &whole(Kind::Piece, 12, b"{\"rows\":")?,
        &json!({"kind": "piece", "request": 12, "payload": "{\"rows\":"}),
    );
    Ok(())
}

fn bad_headers(files: &mut Files) -> Outcome {
    let good = whole(Kind::Result, 1, b"null")?;
    let changed = |at: usize, bytes: &[u8]| {
        let mut frame = good.clone();
        frame[at..at + bytes.len()].copy_from_slice(bytes);
        frame
    };
    bad(files, "bad_magic", &changed(0, b"sh"), "protocol.bad_magic");
    bad(files, "bad_text", b"HTTP/1.1 200 OK\r\n\r\n", "protocol.bad_magic");
    bad(files, "bad_kind", &changed(2, &[0x7f]), "protocol.unknown_kind");
    bad(files, "bad_kind_zero", &changed(2, &[0]), "protocol.unknown_kind");
    bad(files, "bad_flags", &changed(3, &[1]), "protocol.bad_flags");
    bad(files, "bad_length", &changed(4, &u32::MAX.to_le_bytes()), "protocol.frame_too_large");
    bad(files, "bad_length_of_log", &header(Kind::Log, (64 << 10) + 1), "protocol.frame_too_large");
    bad(files, "bad_length_of_control", &header(Kind::Ready, (1 << 20) + 1), "protocol.frame_too_large");
    bad(files, "truncated_header", &good[..9], "protocol.truncated");
    bad(files, "truncated_body", &good[..good.len() - 1], "protocol.truncated");
    // The first thing that is wrong counts.
    bad(files, "bad_magic_and_kind", &changed(0, &[0, 0, 0x7f, 9]), "protocol.bad_magic");
    Ok(())
}

/// A header that announces a body of any length, with no body behind it.
fn header(kind: Kind, length: u32) -> Vec<u8> {
    Header { kind, length, request: 1 }.encode().to_vec()
}

fn bad_bodies(files: &mut Files) -> Outcome {
    let control: [(&str, Kind, &[u8]); 11] = [
        ("bad_body_empty", Kind::Ready, b""),
        ("bad_body_not_json", Kind::Failure, b"{\"code\": "),
        ("bad_body_not_an_object", Kind::Prewarm, b"[]"),
        ("bad_body_not_utf8", Kind::Log, b"{\"level\": \"info\", \"message\": \"\xff\"}"),
        ("bad_body_without_field", Kind::Welcome, b"{\"version\": 1, \"role\": \"worker\"}"),
        ("bad_body_of_wrong_type", Kind::Shutdown, b"{\"grace_us\": \"soon\"}"),
        (
            "bad_body_image_without_path",
            Kind::Specialize,
            b"{\"function\": \"f\", \"path\": \"/p\", \"entry\": \"a.b\", \"image\": {}}",
        ),
        ("bad_body_fork_of_no_role", Kind::Fork, b"{\"role\": \"stem\"}"),
        ("bad_body_loaded_without_places", Kind::Ready, b"{\"state\": \"zygote\", \"loaded\": {\"path\": [], \"modules\": [{\"name\": \"a\"}], \"environment\": []}}"),
        ("bad_body_opened_without_place", Kind::Ready, b"{\"state\": \"instance\", \"opened\": [{\"descriptor\": 9}]}"),
        ("bad_body_null_field", Kind::Forked, b"{\"pid\": null}"),
    ];
    let raw: [(&str, Kind, &[u8]); 3] = [
        ("bad_invoke_short_prefix", Kind::Invoke, &[0; 15]),
        ("bad_invoke_context_too_long", Kind::Invoke, &[0, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, b'{', b'}']),
        ("bad_invoke_reserved", Kind::Invoke, &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, b'1']),
    ];
    for (name, kind, body) in control.into_iter().chain(raw) {
        if message::check(kind, body).is_ok() {
            return Err(format!("the vector {name} is not bad"));
        }
        bad(files, name, &whole(kind, 1, body)?, "protocol.bad_body");
    }
    Ok(())
}

fn sessions(files: &mut Files) {
    let good: [(&str, &str, &str); 6] = [
        ("cold_and_two_events", "worker", "hello welcome ready specialize ready invoke result invoke failure shutdown"),
        (
            "hooks",
            "worker",
            "hello welcome log ready specialize ready prewarm log ready before_freeze ready after_thaw ready before_snapshot ready after_restore ready invoke log result",
        ),
        ("import_fails", "worker", "hello welcome ready specialize failure"),
        ("zygote", "zygote", "hello welcome ready fork forked fork refused exited fork exited forked shutdown exited"),
        (
            "streams",
            "worker",
            "hello welcome ready specialize ready invoke piece piece result invoke piece log failure",
        ),
        ("stem_is_not_needed", "worker", "hello welcome ready shutdown"),
    ];
    for (name, role, kinds) in good {
        session(files, name, role, kinds, None);
    }
    let bad: [(&str, &str, &str); 11] = [
        ("bad_exited_of_a_worker", "worker", "hello welcome ready shutdown exited"),
        ("bad_result_before_hello", "worker", "result"),
        ("bad_log_before_hello", "worker", "log"),
        ("bad_hello_twice", "worker", "hello hello"),
        ("bad_invoke_before_specialize", "worker", "hello welcome ready invoke"),
        ("bad_two_invokes", "worker", "hello welcome ready specialize ready invoke invoke"),
        ("bad_two_results", "worker", "hello welcome ready specialize ready invoke result result"),
        ("bad_piece_after_result", "worker", "hello welcome ready specialize ready invoke result piece"),
        ("bad_fork_of_a_worker", "worker", "hello welcome ready fork"),
        ("bad_invoke_of_a_zygote", "zygote", "hello welcome ready invoke"),
        ("bad_word_after_failure", "worker", "hello welcome failure specialize"),
    ];
    for (name, role, kinds) in bad {
        session(files, name, role, kinds, Some(kinds.split(' ').count() - 1));
    }
    let steps = json!([["host", "hello"]]);
    let error = json!({"at": 0, "code": "protocol.unexpected_message"});
    let expected = json!({"role": "worker", "steps": steps, "error": error});
    files.push(("testdata/vectors/sessions/bad_hello_from_the_host/expected.json".into(), format!("{expected:#}\n")));
}

fn session(files: &mut Files, name: &str, role: &str, kinds: &str, error: Option<usize>) {
    let side = |kind: &str| match Kind::from_name(kind).map(Kind::sender) {
        Some(Sender::Host) => "host",
        _ => "worker",
    };
    let steps: Vec<_> = kinds.split(' ').map(|kind| json!([side(kind), kind])).collect();
    let error = error.map(|at| json!({"at": at, "code": "protocol.unexpected_message"}));
    let expected = json!({"role": role, "steps": steps, "error": error});
    files.push((format!("testdata/vectors/sessions/{name}/expected.json"), format!("{expected:#}\n")));
}
