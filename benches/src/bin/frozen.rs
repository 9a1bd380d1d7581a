//! What frozen instances cost: one alone, running and paged out; and many at once, forked from a zygote or each started
//! by itself.
//!
//! `frozen INSTANCES PACKAGE [INTERPRETER]`. What an instance costs is its share of resident memory, its page tables and
//! what swap takes for it; the zygote's is counted too.
#![expect(clippy::print_stdout, clippy::cast_precision_loss, reason = "prints its rows as JSON; counts are small")]

use headstart::sys::memory::Memory;
use headstart::{Error, Function, FunctionId, Host, Prewarm};
use headstart_benches::memory::{Compressed, page_tables};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::time::Duration;

/// How long the kernel may take for what was asked of it.
const SETTLE: Duration = Duration::from_secs(1);
/// Starting takes much longer than forking: so many times fewer are started.
const FEWER: usize = 10;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let instances: usize = arguments.next().ok_or("how many?")?.parse()?;
    let package = PathBuf::from(arguments.next().ok_or("of which package?")?);
    let subject = Subject { package, interpreter: arguments.next().map(PathBuf::from) };
    headstart_benches::raise_open_files()?;
    let (alone, running) = alone(&subject).await?;
    let rows = [
        alone,
        many(&subject, instances, true, &running).await?,
        many(&subject, (instances / FEWER).max(1), false, &running).await?,
    ];
    println!("{}", json!({"schema_version": 1, "rows": rows}));
    Ok(())
}

struct Subject {
    package: PathBuf,
    interpreter: Option<PathBuf>,
}

impl Subject {
    async fn host(&self, workers: usize) -> Result<(Host, FunctionId), Error> {
        let host = Host::builder().max_workers(workers).build().await?;
        let mut function = Function::from_config(&self.package)?;
        if let Some(interpreter) = &self.interpreter {
            function = function.interpreter(interpreter);
        }
        let function = host.register(function).await?;
        Ok((host, function))
    }

    fn event(&self) -> std::io::Result<Vec<u8>> {
        let mut files: Vec<_> = std::fs::read_dir(self.package.join("events"))?
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .filter(|path| path.is_file())
            .collect();
        files.sort();
        std::fs::read(files.first().ok_or_else(|| std::io::Error::other("there is no event"))?)
    }
}

/// One instance that has served, running, and then frozen and paged out; and what it held while it ran.
async fn alone(subject: &Subject) -> Result<(Value, Memory), Box<dyn std::error::Error>> {
    let (host, function) = subject.host(1).await?;
    let reply = host.invoke(&function, subject.event()?, Duration::from_mins(1)).await?;
    let running = Memory::of(reply.pid())?;
    let before = Compressed::now();
    host.prewarm(&function, Prewarm::frozen(1).paged_out()).await?;
    tokio::time::sleep(SETTLE).await;
    let frozen = Memory::of(reply.pid())?;
    let (compressed, tables) = (Compressed::now().since(before), page_tables(reply.pid()));
    host.stop(SETTLE).await;
    let row = row(
        "frozen-paged, alone",
        json!({
            "instances": 1, "running_rss_bytes": running.rss, "running_pss_bytes": running.pss,
            "pss_bytes": frozen.pss, "private_bytes": frozen.private, "swap_bytes": frozen.swap,
            "compressed_bytes": compressed, "page_table_bytes": tables,
            "resident_share": (frozen.pss + tables) as f64 / running.pss as f64,
            "cost_share": (frozen.pss + tables + compressed) as f64 / running.pss as f64,
        }),
    );
    Ok((row, running))
}

/// Many of them, against as many that run and share nothing.
async fn many(
    subject: &Subject,
    instances: usize,
    forked: bool,
    running: &Memory,
) -> Result<Value, Box<dyn std::error::Error>> {
    let (host, function) = subject.host(instances + 1).await?;
    let before = Compressed::now();
    if forked {
        host.prewarm(&function, Prewarm::zygote().without_spare()).await?;
    }
    host.prewarm(&function, Prewarm::frozen(instances).paged_out()).await?;
    tokio::time::sleep(SETTLE).await;
    let compressed = Compressed::now().since(before);
    let report = host.report(&function)?;
    let workers = || report.frozen.iter().chain(&report.zygote);
    let of =
        |pick: fn(&Memory) -> u64| -> u64 { workers().filter_map(|worker| worker.memory.as_ref()).map(pick).sum() };
    let tables: u64 = workers().map(|worker| page_tables(worker.pid)).sum();
    let all_running = (running.rss * instances as u64) as f64;
    let row = row(
        if forked { "frozen-paged, forked" } else { "frozen-paged, started" },
        json!({
            "instances": report.frozen.len(), "running_rss_bytes": running.rss, "running_pss_bytes": running.pss,
            "pss_bytes": of(|it| it.pss), "private_bytes": of(|it| it.private), "swap_bytes": of(|it| it.swap),
            "compressed_bytes": compressed, "page_table_bytes": tables,
            "resident_share": (of(|it| it.pss) + tables) as f64 / all_running,
            "cost_share": (of(|it| it.pss) + tables + compressed) as f64 / all_running,
        }),
    );
    host.stop(SETTLE).await;
    Ok(row)
}

fn row(arm: &str, mut fields: Value) -> Value {
    fields["function"] = "report".into();
    fields["language"] = "python".into();
    fields["arm"] = arm.into();
    fields
}
