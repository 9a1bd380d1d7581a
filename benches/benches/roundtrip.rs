//! A warm call through the host, in every language that this machine has.
#![expect(clippy::print_stderr, reason = "says what is skipped")]

use criterion::{Criterion, criterion_group, criterion_main};
use headstart::{Deadline, Error, FunctionId, Host};
use headstart_benches::{LANGUAGES, register_echo, text_event};
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

async fn ready(language: &str, entry: &str) -> Result<(Host, FunctionId), Error> {
    let host = Host::builder().build().await?;
    let function = register_echo(&host, language, entry).await?;
    host.invoke(&function, text_event(), Deadline::after(Duration::from_secs(20))).await?;
    Ok((host, function))
}

fn roundtrip(criterion: &mut Criterion) {
    let Ok(runtime): Result<Runtime, _> = Builder::new_current_thread().enable_all().build() else { return };
    let event = text_event();
    for (language, entry) in LANGUAGES {
        match runtime.block_on(ready(language, entry)) {
            Ok((host, function)) => {
                criterion.bench_function(&format!("warm call of 1 KiB, {language}"), |bencher| {
                    bencher.iter(|| {
                        let deadline = Deadline::after(Duration::from_secs(5));
                        runtime.block_on(host.invoke(&function, event.clone(), deadline))
                    });
                });
            }
            Err(error) => eprintln!("skipped: {language}: {error}"),
        }
    }
}

criterion_group!(benches, roundtrip);
criterion_main!(benches);
