#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| headstart_fuzz_targets::http_events(data));
