#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| headstart_fuzz_targets::zygote_plan(data));
