//! Encoding and decoding frames.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use headstart::bootstrap::message::{self, Ready};
use headstart::bootstrap::{Decoder, Header, Invocation, Kind, Limits};
use std::hint::black_box;

fn stream(size: usize) -> Vec<u8> {
    let payload = vec![b'x'; size];
    let prefix = Invocation { budget_us: 1, context: b"", payload: &payload }.prefix().unwrap_or_default();
    let body = [&prefix[..], &payload].concat();
    let header = Header::new(Kind::Invoke, 1, body.len(), Limits::default()).map(Header::encode).unwrap_or_default();
    [&header[..], &body].concat()
}

fn codec(criterion: &mut Criterion) {
    for size in [0, 1 << 10, 1 << 20] {
        let stream = stream(size);
        let mut group = criterion.benchmark_group(format!("invoke of {size} bytes"));
        group.throughput(Throughput::Bytes(stream.len() as u64));
        group.bench_function("decode", |bencher| {
            let mut decoder = Decoder::new(Limits::default());
            bencher.iter(|| {
                decoder.feed(black_box(&stream));
                decoder.next_frame()
            });
        });
        group.finish();
    }
    let body = message::encode(&Ready { state: "instance".into(), ..Ready::default() });
    criterion.bench_function("read ready", |bencher| {
        bencher.iter(|| message::decode::<Ready>(Kind::Ready, black_box(&body)));
    });
}

criterion_group!(benches, codec);
criterion_main!(benches);
