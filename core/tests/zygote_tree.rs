//! Trees of zygotes with a real Python: who begins where, who does not, and what happens when zygotes go.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod support;

use headstart::host::{HostBuilder, ZygoteReport};
use headstart::instance::PreloadSet;
use headstart::prewarm::ZygotePlan;
use headstart::{Function, FunctionId, Host};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::task::Poll;
use std::time::Duration;
use tempfile::TempDir;

const SOON: Duration = Duration::from_secs(15);
const PLENTY: u64 = 1 << 40;
/// Each module knows the process that imported it.
const MODULE: &str = "import os\nBORN = os.getpid()\nVERSION = 1\n";
const READS: &str = "import os\nBORN = os.getpid()\nMODE = os.environ.get('MODE')\n";
const LIVES: &str = "import os, threading, time\nBORN = os.getpid()\n\
                     threading.Thread(target=time.sleep, args=(60,), name='flusher', daemon=True).start()\n";
const HANDLER: &str = "import base, importlib, os, random\n\
                       def handler(event, context):\n\
                       \x20   names = event.get('modules', [])\n\
                       \x20   born = {name: importlib.import_module(name).BORN != os.getpid() for name in names}\n\
                       \x20   return {'shared': born, 'version': getattr(base, 'VERSION', 0), 'random': random.random(),\n\
                       \x20           'pid': os.getpid(), 'mode': os.environ.get('MODE')}\n";

/// Where the modules of all functions are, and the functions.
struct Ground {
    directory: TempDir,
    host: Host,
}

impl Ground {
    async fn new(settings: impl FnOnce(HostBuilder) -> HostBuilder) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let modules = [("base", MODULE), ("heavy", MODULE), ("reads", READS), ("lives", LIVES)];
        for (name, text) in modules {
            write(&directory.path().join(format!("shared/{name}.py")), text);
        }
        let host = settings(support::host(&directory.path().join("state"))).build().await.expect("a host");
        Self { directory, host }
    }

    fn shared(&self) -> PathBuf {
        self.directory.path().join("shared").canonicalize().expect("a directory")
    }

    /// A function with this package, which finds the shared modules.
    fn function(&self, name: &str) -> Function {
        let package = self.directory.path().join(name);
        write(&package.join("app.py"), HANDLER);
        let shared = self.shared().display().to_string();
        Function::from_dir(package, "app.handler").runtime("python").env("PYTHONPATH", shared)
    }

    async fn register(&self, name: &str) -> FunctionId {
        self.host.register(self.function(name)).await.expect("registered")
    }

    /// A root, `base` upon it, and these upon that; functions by name begin where they are said to.
    async fn plant(&self, modules: &[&str], functions: &[(&str, usize)], budget: u64) {
        let interpreter = self.host.interpreter("python").await.expect("an interpreter");
        let node = |parent: usize, module: &str| json!({"parent": parent, "packages": [module], "modules": [module], "paths": [self.shared()], "bytes": 1 << 20, "import_us": 10_000});
        let mut nodes = vec![json!({"modules": [], "bytes": 1, "import_us": 1}), node(0, "base")];
        nodes.extend(modules.iter().map(|module| node(1, module)));
        let function = |(name, node): &(&str, usize)| json!({"name": name, "package": self.directory.path().join(name), "entry": "app.handler", "calls": 1, "start_us": 1, "node": node});
        let functions: Vec<_> = functions.iter().map(function).collect();
        let tree = json!({"interpreter": interpreter.program, "version": interpreter.version, "nodes": nodes, "functions": functions});
        let plan = json!({"schema_version": 1, "budget_bytes": budget, "bytes": 0, "gain_us": 0, "one_each_bytes": 0, "one_each_gain_us": 0, "trees": [tree]});
        let plan = ZygotePlan::parse(plan.to_string().as_bytes()).expect("a plan");
        self.host.plant(plan).await.expect("planted");
    }

    /// The tier, and what the handler says.
    async fn call(&self, function: &FunctionId, modules: &[&str]) -> (String, Value) {
        let reply = self.host.invoke(function, json!({"modules": modules}).to_string(), SOON).await.expect("a reply");
        (reply.tier().name().to_owned(), serde_json::from_slice(reply.payload()).expect("JSON"))
    }

    /// The same in an instance of its own.
    async fn start(&self, function: &FunctionId, modules: &[&str]) -> (String, Value) {
        self.host.retire(function).expect("retired");
        self.call(function, modules).await
    }

    fn node(&self, node: usize) -> ZygoteReport {
        self.host.zygotes().into_iter().find(|it| it.node == node).expect("a node")
    }

    fn kill(&self, node: usize) {
        for pid in self.node(node).pids {
            let pid = rustix::process::Pid::from_raw(pid.cast_signed()).expect("a process");
            rustix::process::kill_process(pid, rustix::process::Signal::KILL).expect("killed");
        }
    }

    async fn until(&self, what: &str, condition: impl Fn() -> bool) {
        for _ in 0..500 {
            if condition() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{what} did not come: {:?}", self.host.zygotes());
    }
}

fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
    std::fs::write(path, text).expect("written");
}

async fn ground() -> Ground {
    Ground::new(|host| host).await
}

#[tokio::test]
async fn a_function_begins_at_the_deepest_zygote_that_is_for_it() {
    let ground = ground().await;
    let [small, large, unknown] =
        [ground.register("small").await, ground.register("large").await, ground.register("unknown").await];
    ground.plant(&["heavy"], &[("small", 1), ("large", 2)], PLENTY).await;
    let (tier, said) = ground.call(&small, &["base", "heavy"]).await;
    assert_eq!((tier.as_str(), &said["shared"]), ("zygote", &json!({"base": true, "heavy": false})));
    let (tier, said) = ground.call(&large, &["base", "heavy"]).await;
    assert_eq!((tier.as_str(), &said["shared"]), ("zygote", &json!({"base": true, "heavy": true})));
    let (tier, said) = ground.call(&unknown, &["base"]).await;
    assert_eq!((tier.as_str(), &said["shared"]), ("zygote", &json!({"base": false})), "the bare root is for all");
    assert_eq!([0, 1, 2].map(|node| ground.node(node).starts), [1, 1, 1]);
    let late = ground.host.register(ground.function("late").preload(PreloadSet::new(["base", "heavy"]))).await.unwrap();
    assert_eq!(ground.call(&late, &["heavy"]).await.1["shared"], json!({"heavy": true}), "its preload set says it");
}

#[tokio::test]
async fn what_would_be_another_module_or_value_is_not_shared() {
    let ground = ground().await;
    let own = ground.register("own").await;
    write(&ground.directory.path().join("own/base.py"), "BORN = 0\nVERSION = 2\n");
    let elsewhere = ground.function("elsewhere").env("PYTHONPATH", "/nonexistent");
    write(&ground.directory.path().join("elsewhere/base.py"), MODULE);
    let elsewhere = ground.host.register(elsewhere).await.unwrap();
    let mode = ground.host.register(ground.function("mode").env("MODE", "fast")).await.unwrap();
    let same = ground.register("same").await;
    let hashed = ground.host.register(ground.function("hashed").env("PYTHONHASHSEED", "1")).await.unwrap();
    let names = ["own", "elsewhere", "mode", "same", "hashed"];
    ground.plant(&["reads"], &names.map(|name| (name, 2)), PLENTY).await;
    let (tier, said) = ground.call(&own, &["base"]).await;
    assert_eq!((tier.as_str(), &said["version"]), ("zygote", &json!(2)), "its own module, from the root");
    assert_eq!(ground.call(&elsewhere, &["base"]).await.1["shared"], json!({"base": false}));
    let (_, said) = ground.call(&mode, &["base", "reads"]).await;
    assert_eq!((&said["shared"], &said["mode"]), (&json!({"base": true, "reads": false}), &json!("fast")));
    assert_eq!(ground.call(&same, &["base", "reads"]).await.1["shared"], json!({"base": true, "reads": true}));
    assert_eq!(ground.call(&hashed, &[]).await.0, "cold", "what the interpreter's start looks at");
}

#[tokio::test]
async fn a_module_that_comes_or_changes_later_is_noticed() {
    let ground = ground().await;
    let function = ground.register("function").await;
    ground.plant(&[], &[("function", 1)], PLENTY).await;
    assert_eq!(ground.call(&function, &["base"]).await.1["shared"], json!({"base": true}));
    let own = ground.directory.path().join("function/base.py");
    write(&own, "BORN = 0\nVERSION = 3\n");
    assert_eq!(ground.start(&function, &[]).await.1["version"], 3, "its own shadows the shared one");
    std::fs::remove_file(&own).unwrap();
    let before = ground.node(1).pids;
    write(&ground.shared().join("base.py"), &MODULE.replace("VERSION = 1", "VERSION = 2 + 2"));
    write(&ground.shared().join("base-4.dist-info/RECORD"), "");
    assert_eq!(ground.start(&function, &[]).await.1["version"], 4, "an update in place");
    ground.until("the zygote", || !ground.node(1).pids.is_empty() && ground.node(1).pids != before).await;
    let (_, said) = ground.start(&function, &["base"]).await;
    assert_eq!((&said["version"], &said["shared"]), (&json!(4), &json!({"base": true})));
}

#[tokio::test]
async fn zygotes_that_die_are_missed_by_no_request_and_come_back() {
    let ground = ground().await;
    let function = ground.register("function").await;
    ground.plant(&["heavy"], &[("function", 2)], PLENTY).await;
    ground.kill(0);
    ground.until("the root's end", || ground.node(0).pids.is_empty()).await;
    let (tier, said) = ground.start(&function, &["heavy"]).await;
    assert_eq!((tier.as_str(), &said["shared"]), ("zygote", &json!({"heavy": true})), "its children live on");
    for node in [1, 2] {
        ground.kill(node);
        let (_, said) = ground.start(&function, &["base"]).await;
        assert!(said["pid"].is_u64());
        ground.until("the zygote's end", || ground.node(node).pids.is_empty()).await;
    }
    // The next request that misses one has it started again.
    ground.start(&function, &[]).await;
    ground.until("all of them", || ground.host.zygotes().iter().all(|node| !node.pids.is_empty())).await;
    assert_eq!(ground.start(&function, &["heavy"]).await.1["shared"], json!({"heavy": true}));
}

#[tokio::test]
async fn a_thread_keeps_a_zygote_from_being_there_and_the_one_above_serves() {
    let ground = ground().await;
    let function = ground.register("function").await;
    ground.plant(&["lives", "heavy"], &[("function", 2)], PLENTY).await;
    assert_eq!([0, 1, 2, 3].map(|node| ground.node(node).pids.len()), [1, 1, 0, 1]);
    let (tier, said) = ground.call(&function, &["base"]).await;
    assert_eq!((tier.as_str(), &said["shared"]), ("zygote", &json!({"base": true})));
}

#[tokio::test]
async fn random_numbers_of_instances_differ() {
    let ground = ground().await;
    let function = ground.register("function").await;
    ground.plant(&["heavy"], &[("function", 2)], PLENTY).await;
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..20 {
        seen.insert(ground.start(&function, &[]).await.1["random"].to_string());
    }
    assert_eq!(seen.len(), 20);
}

#[tokio::test]
async fn a_budget_is_kept() {
    let ground = Ground::new(|host| host.zygote_memory(1)).await;
    let function = ground.register("function").await;
    ground.plant(&["heavy"], &[("function", 2)], PLENTY).await;
    assert!(ground.host.zygotes().iter().all(|node| node.pids.is_empty()), "{:?}", ground.host.zygotes());
    assert_eq!(ground.call(&function, &["heavy"]).await.0, "cold");
}

#[tokio::test]
async fn what_is_of_least_use_goes_first_and_never_what_others_stand_on() {
    let ground = ground().await;
    for name in ["large", "huge"] {
        write(&ground.shared().join(format!("{name}.py")), &format!("{MODULE}DATA = b'x' * (40 << 20)\n"));
    }
    ground.register("function").await;
    ground.plant(&["large", "huge"], &[("function", 2)], 80 << 20).await;
    let there = [0, 1, 2, 3].map(|node| !ground.node(node).pids.is_empty());
    assert_eq!(there, [true, true, true, false], "nobody begins at the last one");
}

#[tokio::test]
async fn a_crowded_zygote_is_doubled() {
    let ground = ground().await;
    let function = ground.register("function").await;
    ground.plant(&[], &[("function", 1)], PLENTY).await;
    for _ in 0..20 {
        ground.host.retire(&function).unwrap();
        let mut calls: Vec<_> = (0..24).map(|_| Box::pin(ground.host.invoke(&function, "{}", SOON))).collect();
        // All of them ask for a fork before the first is done.
        std::future::poll_fn(|context| {
            calls.retain_mut(|call| call.as_mut().poll(context).map(|reply| reply.expect("a reply")).is_pending());
            if calls.is_empty() { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
        if ground.node(1).pids.len() > 1 {
            return;
        }
    }
    panic!("{:?}", ground.node(1));
}

#[tokio::test]
async fn nothing_stays_behind() {
    let ground = ground().await;
    let function = ground.register("function").await;
    ground.plant(&["heavy"], &[("function", 2)], PLENTY).await;
    ground.call(&function, &[]).await;
    let pids: Vec<u32> = ground.host.zygotes().iter().flat_map(|node| node.pids.clone()).collect();
    assert_eq!(pids.len(), 3);
    drop(ground);
    for _ in 0..500 {
        if pids.iter().all(|pid| !Path::new(&format!("/proc/{pid}/exe")).exists()) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("zygotes live on");
}
