//! A thousand faults in one host, over all of its tiers and with requests in flight: every request gets its reply or a typed
//! error, each tier goes on serving, and nothing stays behind. A program of its own, since it counts what the whole process
//! has.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod support;

use headstart::instance::PreloadSet;
use headstart::snapshot::Criu;
use headstart::sys::process::{kill_group, kill_watched, watch};
use headstart::{Code, Function, FunctionId, Host, Prewarm};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use support::Random;
use support::remains::{cgroups, children, descriptors, in_memory, settled, started_with};
use tempfile::TempDir;

const FAULTS: usize = 1_000;
/// Far above what it takes on a busy machine.
const WITHIN: Duration = Duration::from_mins(5);
const SOON: Duration = Duration::from_secs(30);
/// Until the kernel has taken apart what was killed: cells are, one after the other.
const PATIENCE: Duration = Duration::from_mins(1);

/// A function and the tiers that it is to be served from.
struct Case {
    function: FunctionId,
    prewarms: Vec<Prewarm>,
}

/// A host with one function for each way to be ready, and what was done to it.
struct Scene {
    host: Host,
    cases: Vec<Case>,
    faults: Mutex<BTreeMap<&'static str, usize>>,
    most: usize,
    state: TempDir,
    _built: TempDir,
}

impl Scene {
    async fn new(most: usize) -> Arc<Self> {
        let (state, built) = (tempfile::tempdir().expect("a directory"), tempfile::tempdir().expect("a directory"));
        let builder = support::host(state.path()).max_workers(8).freeze_after(Duration::from_millis(15));
        let host = builder.build().await.expect("a host");
        let mut cases = Vec::new();
        for (function, prewarms) in functions(built.path()) {
            cases.push(Case { function: host.register(function).await.expect("registered"), prewarms });
        }
        Arc::new(Self { host, cases, faults: Mutex::default(), most, state, _built: built })
    }

    fn note(&self, kind: &'static str) {
        *self.faults.lock().expect("no panic").entry(kind).or_default() += 1;
    }

    fn is_done(&self) -> bool {
        self.faults.lock().expect("no panic").values().sum::<usize>() >= self.most
    }

    /// What a platform would do: has every tier ready again.
    async fn prewarm(self: Arc<Self>) {
        while !self.is_done() {
            for Case { function, prewarms } in &self.cases {
                for prewarm in prewarms {
                    // There may be no place, or what is made ready may be killed meanwhile.
                    let _ = self.host.prewarm(function, *prewarm).await;
                }
            }
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }

    async fn call(self: Arc<Self>, case: usize) -> [u32; 2] {
        let (function, mut random) = (&self.cases[case].function, Random(case as u64 + 1));
        let (mut replies, mut errors) = (0, 0);
        while !self.is_done() {
            tokio::time::sleep(Duration::from_millis(random.below(40))).await;
            match self.host.invoke(function, "{}", SOON).await {
                Ok(_) => replies += 1,
                // It was killed with the event in its hands, or while it was started for it.
                Err(error) if error.code() == Code::WorkerExited => errors += 1,
                Err(error) => panic!("{error}"),
            }
            match random.below(6) {
                0 => self.host.retire(function).expect("retired"),
                1 => self.give_up(function, &mut random).await,
                _ => {}
            }
        }
        [replies, errors]
    }

    /// A request whose caller goes away, or whose deadline passes.
    async fn give_up(&self, function: &FunctionId, random: &mut Random) {
        let brief = Duration::from_micros(random.below(40_000));
        let invoked = self.host.invoke(function, "{}", Duration::from_micros(random.below(40_000)));
        match tokio::time::timeout(brief, invoked).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => {
                let known = [Code::TimedOut, Code::HostOverloaded, Code::WorkerExited];
                assert!(known.contains(&error.code()), "{error}");
                self.note("deadline passed");
            }
            Err(_) => self.note("caller gone"),
        }
    }

    async fn disturb(self: Arc<Self>) {
        let mut random = Random(77);
        while !self.is_done() {
            tokio::time::sleep(Duration::from_millis(random.below(24))).await;
            let case = &self.cases[random.at_most(self.cases.len() - 1)];
            match random.below(20) {
                0 => self.damage(case, &mut random),
                1..8 => self.kill_any(&mut random),
                _ => self.kill_known(case, &mut random),
            }
        }
    }

    /// Kills what the host tells of: instances that are idle or frozen, stems, a zygote and its spare child.
    fn kill_known(&self, case: &Case, random: &mut Random) {
        let report = self.host.report(&case.function).expect("a report");
        let kinds = [
            ("idle killed", report.idle),
            ("frozen killed", report.frozen),
            ("stem killed", report.stems),
            ("zygote killed", report.zygote.into_iter().collect()),
            ("spare killed", report.spare.into_iter().collect()),
        ];
        let known: Vec<_> = kinds.iter().flat_map(|(kind, workers)| workers.iter().map(|it| (*kind, it.pid))).collect();
        let chosen = known.get(random.at_most(known.len())).filter(|(_, pid)| runs(*pid));
        if let Some((kind, _)) = chosen.filter(|(_, pid)| kill_group(*pid).is_ok()) {
            self.note(kind);
        }
    }

    /// Kills any child of this process: one that starts or works, CRIU, the first process of a cell.
    fn kill_any(&self, random: &mut Random) {
        let children = children();
        let chosen = children.get(random.at_most(children.len())).copied().filter(|child| runs(*child));
        let watched = chosen.and_then(|child| watch(child).ok());
        if watched.is_some_and(|watched| kill_watched(&watched).is_ok()) {
            self.note("child killed");
        }
    }

    /// Changes one byte of a snapshot.
    fn damage(&self, case: &Case, random: &mut Random) {
        let Some(snapshot) = self.host.report(&case.function).expect("a report").snapshot else { return };
        let files: Vec<_> = std::fs::read_dir(snapshot.directory).into_iter().flatten().flatten().collect();
        let Some(file) = files.get(random.at_most(files.len())) else { return };
        // It may be taken again just now.
        let Ok(mut bytes) = std::fs::read(file.path()) else { return };
        let at = random.at_most(bytes.len());
        if let Some(byte) = bytes.get_mut(at) {
            *byte ^= 0x10;
            if std::fs::write(file.path(), bytes).is_ok() {
                self.note("snapshot damaged");
            }
        }
    }
}

/// Whether a process runs and is not just waiting to be reaped.
fn runs(pid: u32) -> bool {
    Path::new(&format!("/proc/{pid}/exe")).read_link().is_ok()
}

/// What there is on this machine of functions, and the tiers that each is made ready in.
fn functions(built: &Path) -> Vec<(Function, Vec<Prewarm>)> {
    let package = |name: &str| support::testdata().join("host").join(name);
    let python = |name| Function::from_dir(package(name), "app.handler").runtime("python").name(name);
    let forks = python("behave").preload(PreloadSet::new(["json.tool"]));
    let mut found =
        vec![(python("freezes"), vec![Prewarm::frozen(1)]), (forks, vec![Prewarm::zygote(), Prewarm::frozen(1)])];
    if Criu::find().is_ok() {
        found.push((python("snapshots"), vec![Prewarm::snapshot()]));
    } else {
        println!("skipped: no snapshots on this machine");
    }
    if support::has("node") {
        let node = Function::from_dir(package("freezes"), "index.handler").runtime("nodejs").name("node");
        found.push((node, vec![Prewarm::stem(1), Prewarm::frozen(1)]));
    }
    if support::has("cc") {
        support::compile(&package("freezes"), built).expect("compiled");
        let native = Function::from_dir(built, "libhandler.handler").runtime("native").name("native");
        found.push((native, vec![Prewarm::zygote()]));
    }
    found
}

async fn run(most: usize) {
    let begun = Instant::now();
    let scene = Scene::new(most).await;
    let helpers = [tokio::spawn(Arc::clone(&scene).prewarm()), tokio::spawn(Arc::clone(&scene).disturb())];
    let callers = (0..scene.cases.len()).map(|case| Arc::clone(&scene).call(case));
    let total = tokio::time::timeout(WITHIN, support::total(callers)).await.expect("it comes to an end");
    for helper in helpers {
        helper.await.expect("no panic");
    }
    let faults = scene.faults.lock().expect("no panic").clone();
    println!("{} replies, {} of a killed worker, in {:?}: {faults:?}", total[0], total[1], begun.elapsed());
    for Case { function, .. } in &scene.cases {
        println!("{function}: {:?}", scene.host.report(function).expect("a report").tiers);
        // It serves as before.
        scene.host.invoke(function, "{}", SOON).await.expect("a reply");
    }
    if most == FAULTS {
        each_tier_served(&scene);
    }
    let state = scene.state.path().display().to_string();
    drop(scene);
    let left = settled(|| (started_with(&state), in_memory()), PATIENCE, |left| *left == (0, 0)).await;
    assert_eq!(left, (0, 0), "workers, directories in memory");
}

fn each_tier_served(scene: &Scene) {
    let served = |tier: &str| {
        let reports = scene.cases.iter().map(|case| scene.host.report(&case.function).expect("a report"));
        let of_tier = |(found, count): (headstart::instance::Tier, headstart::host::TierCount)| {
            (found.name() == tier).then_some(count.served)
        };
        reports.flat_map(|report| report.tiers).filter_map(of_tier).sum::<u64>()
    };
    let mut expected = vec!["warm", "frozen", "zygote", "cold"];
    expected.extend(Criu::find().is_ok().then_some("snapshot"));
    expected.extend(support::has("node").then_some("stem"));
    for tier in expected {
        assert!(served(tier) > 0, "{tier}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_faults_lose_no_request_and_leave_nothing() {
    // What the process keeps once it has had a host: threads that reap, and their descriptors.
    run(40).await;
    let count = || [descriptors(), children().len(), cgroups()];
    let before = settled(count, Duration::from_secs(3), |_| false).await;
    run(FAULTS).await;
    let after = settled(count, PATIENCE, |found| *found == before).await;
    assert_eq!(after, before, "descriptors, processes, cgroups");
    assert_eq!(after[1..], [0, 0], "processes, cgroups");
}
