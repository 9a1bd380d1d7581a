//! The end of an invocation's log, as Lambda gives it: START, what the function wrote, END and REPORT.

use super::record::{Version, Which};
use crate::error::{Error, Output};
use crate::host::Reply;
use crate::instance::Tier;
use crate::sys::memory::Memory;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::time::Duration;

/// Bytes of the end that is given: AWS's quota.
const MOST: usize = 4 << 10;

/// The end of the log in base64.
pub(super) fn encode(
    id: &str,
    which: Which,
    version: &Version,
    outcome: &Result<Reply, Error>,
    ran: Duration,
) -> String {
    let mut log = format!("START RequestId: {id} Version: {which}\n").into_bytes();
    match outcome {
        Ok(reply) => reply.start_output().into_iter().chain([reply.output()]).for_each(|it| write(&mut log, it)),
        Err(error) => {
            error.output().into_iter().for_each(|it| write(&mut log, it));
            log.extend(format!("[ERROR] {error} [{}]\n", error.code()).into_bytes());
        }
    }
    log.extend(format!("END RequestId: {id}\n").into_bytes());
    log.extend(report(id, version, outcome, ran).into_bytes());
    STANDARD.encode(&log[log.len().saturating_sub(MOST)..])
}

/// Both streams, each ended by a line's end.
fn write(log: &mut Vec<u8>, output: &Output) {
    for stream in [&output.stdout, &output.stderr] {
        log.extend(stream);
        if stream.last().is_some_and(|byte| *byte != b'\n') {
            log.push(b'\n');
        }
    }
}

fn report(id: &str, version: &Version, outcome: &Result<Reply, Error>, ran: Duration) -> String {
    let milliseconds = |it: Duration| it.as_secs_f64() * 1e3;
    let duration = outcome.as_ref().map_or(ran, |reply| Duration::from_micros(reply.timings().invoke_us));
    let mut line = format!(
        "REPORT RequestId: {id}\tDuration: {:.2} ms\tBilled Duration: {:.0} ms\t",
        milliseconds(duration),
        milliseconds(duration).ceil()
    );
    line.extend(version.memory_mb.map(|memory| format!("Memory Size: {memory} MB\t")));
    if let Ok(reply) = outcome {
        let memory = Memory::of(reply.pid()).ok();
        line.extend(memory.map(|it| format!("Max Memory Used: {} MB\t", it.rss.div_ceil(1 << 20))));
        if reply.tier() != Tier::Warm {
            let ready = Duration::from_micros(reply.timings().ready_us);
            line.push_str(&format!("Init Duration: {:.2} ms\t", milliseconds(ready)));
        }
    }
    line.push('\n');
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::serve::record::CodeRecord;
    use crate::error::Code;

    #[test]
    fn the_end_is_kept_whatever_was_written() {
        let version =
            Version::bare(CodeRecord { directory: String::new(), sha256: String::new(), bytes: 0 }, "r".into());
        let output = Output { stdout: vec![b'x'; 10_000], ..Output::default() };
        let error = Error::new(Code::FunctionRaised, "invoke f", "no").wrote(output);
        let tail = encode("id", Which::Latest, &version, &Err(error), Duration::from_millis(12));
        let log = STANDARD.decode(tail).unwrap();
        let text = String::from_utf8(log).unwrap();
        assert_eq!(text.len(), MOST);
        assert!(text.ends_with(
            "x\n[ERROR] invoke f: no [function.raised]\nEND RequestId: id\n\
             REPORT RequestId: id\tDuration: 12.00 ms\tBilled Duration: 12 ms\tMemory Size: 128 MB\t\n"
        ));
    }
}
