//! What is fuzzed: one function for each parser of files that nobody vouches for.
//!
//! A target takes any bytes and returns; it panics where a promise is broken. Two programs drive them: libFuzzer, with
//! what it sees of the code that runs (`cargo xtask fuzz`), and the test of this crate, a few seconds for each.
#![expect(clippy::expect_used, reason = "a target panics where a promise is broken")]

pub mod mutate;
mod package;
pub mod seeds;

macro_rules! targets {
    ($( $name:ident: $what:literal, )*) => {
        mod target {
            $( pub(crate) mod $name; )*
        }

        $(
            #[doc = $what]
            pub fn $name(data: &[u8]) {
                target::$name::run(data);
            }
        )*

        /// Every target, by its name.
        pub const TARGETS: &[(&str, fn(&[u8]))] = &[$( (stringify!($name), $name), )*];
    };
}

targets! {
    archive: "Zip archives as packages.",
    bake_report: "What a process that is baked reports.",
    baseline: "Reports that `analyze` compares with.",
    binary: "Binaries by section and crate.",
    cache_entry: "Entries of the node's cache.",
    cold_archive: "Cold archives.",
    compiled: "Bytecode, extension modules and pickles.",
    configuration: "`headstart.toml` and its kin.",
    decoder: "Frames of the bootstrap protocol.",
    elf: "Tables of shared objects.",
    events: "Events as JSON and as lines of JSON.",
    http_events: "Requests as events, and results as answers.",
    image: "Init images.",
    javascript: "JavaScript and TypeScript through the tracer.",
    package_json: "package.json of the function and of packages.",
    profile_report: "What a profiled process reports.",
    python: "Python through the tracer.",
    python_metadata: "RECORD, METADATA and entry points.",
    python_path: "`.pth` files and editable installs.",
    record: "What an observed process records.",
    runtime_api: "What processes ask of the Runtime API.",
    zygote_plan: "Plans of zygote trees.",
}
