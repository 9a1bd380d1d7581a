//! One tree: the zygotes of one interpreter.

use super::ground::{Clearing, Ground};
use super::node::Node;
use crate::bootstrap::message::{Preload, Ready};
use crate::config::environment;
use crate::error::{Code, Error, Result};
use crate::instance::{Branch, Interpreter, Plan, PreloadSet, Starter, Zygote};
use crate::package::Language;
use crate::prewarm::{PlannedTree, start_variables};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::Mutex;

/// How long a zygote may take to tell that the child is gone that was forked to see whether it can.
const CHILDLESS_WITHIN: Duration = Duration::from_millis(500);

/// A tree.
#[derive(Debug)]
pub(super) struct Stand {
    pub(super) nodes: Vec<Node>,
    planned: PlannedTree,
    /// Where functions begin, by package and entry.
    begin: HashMap<(PathBuf, String), usize>,
    /// What the root is started with.
    plan: Arc<Plan>,
    /// The code that the root has mapped.
    bare: OnceLock<BTreeSet<PathBuf>>,
    /// Held by whoever starts zygotes.
    growing: Mutex<()>,
}

impl Stand {
    /// A tree of which nothing is started.
    pub(super) fn new(planned: PlannedTree) -> Self {
        let mut environment = environment::passed_on();
        environment.extend(planned.environment.clone());
        let interpreter = Interpreter {
            program: planned.interpreter.clone(),
            version: planned.version.clone(),
            arguments: Vec::new(),
        };
        let plan = Plan {
            name: format!("zygotes of {}", planned.interpreter.display()),
            language: Language::Python,
            interpreter,
            package: PathBuf::from("/"),
            entry: String::new(),
            environment,
            preload: PreloadSet::default(),
            image: None,
            warm_up: None,
            foreign: None,
            memory_limit: None,
            init_timeout: Duration::ZERO,
        };
        let begin = planned.functions.iter().map(|it| ((real(&it.package), it.entry.clone()), it.node)).collect();
        let nodes = planned.nodes.iter().cloned().map(Node::new).collect();
        Self { nodes, planned, begin, plan: Arc::new(plan), bare: OnceLock::new(), growing: Mutex::default() }
    }

    /// How often functions are started that begin at a node or above it.
    pub(super) fn planned_calls(&self, node: usize) -> u64 {
        let begins = |function: &&crate::prewarm::PlannedFunction| self.way(function.node).any(|at| at == node);
        self.planned.functions.iter().filter(begins).fold(0, |sum, function| sum.saturating_add(function.calls))
    }

    /// The nodes from one up to the root.
    pub(super) fn way(&self, node: usize) -> impl Iterator<Item = usize> {
        self.planned.way(node)
    }

    /// The node at which a function begins at best: the planned one, else the deepest all of whose modules the function
    /// has in its own preload set. None where it runs on another interpreter, or starts it otherwise.
    pub(super) fn place(&self, plan: &Plan) -> Option<usize> {
        let is_same = plan.language == Language::Python
            && plan.foreign.is_none()
            && plan.interpreter == self.plan.interpreter
            && start_variables(&plan.environment) == start_variables(&self.plan.environment);
        if !is_same || self.nodes.is_empty() {
            return None;
        }
        let planned = self.begin.get(&(real(&plan.package), plan.entry.clone())).copied();
        planned.or_else(|| Some(self.deepest_within(&plan.preload)))
    }

    fn deepest_within(&self, preload: &PreloadSet) -> usize {
        let may: HashSet<&String> = preload.modules().iter().collect();
        let is_within =
            |at: &usize| self.way(*at).all(|at| self.nodes[at].planned.modules.iter().all(|it| may.contains(it)));
        (0..self.nodes.len()).filter(is_within).max_by_key(|at| self.way(*at).count()).unwrap_or(0)
    }

    /// Starts a node's zygote where none lives, and those above it first.
    pub(super) async fn grow(&self, node: usize, starter: &Starter) -> Result<()> {
        let _turn = self.growing.lock().await;
        let way: Vec<usize> = self.way(node).collect();
        for at in way.into_iter().rev() {
            if !self.nodes[at].is_sound() {
                self.start(at, starter).await.inspect_err(|_| self.nodes[at].put_off())?;
            }
        }
        Ok(())
    }

    /// Microseconds until a worker of the interpreter is ready, the best of some.
    #[cfg(feature = "analyzer")]
    pub(super) async fn time_start(&self, starter: &Starter, starts: usize) -> Result<u64> {
        let mut best = u64::MAX;
        for _ in 0..starts {
            best = best.min(starter.stem(&self.plan, false).await?.timings().ready_us);
        }
        Ok(best)
    }

    /// Starts a further zygote of a node.
    pub(super) async fn double(&self, node: usize, starter: &Starter) -> Result<()> {
        let _turn = self.growing.lock().await;
        self.start(node, starter).await
    }

    /// Starts a zygote; once more where directories changed meanwhile, as by the first bytecode that is written there.
    async fn start(&self, at: usize, starter: &Starter) -> Result<()> {
        let (zygote, ground) = self.started(at, starter).await?;
        let (zygote, ground) = if ground.is_current() { (zygote, ground) } else { self.started(at, starter).await? };
        self.nodes[at].add(zygote, Arc::new(ground));
        Ok(())
    }

    async fn started(&self, at: usize, starter: &Starter) -> Result<(Arc<Zygote>, Ground)> {
        let node = &self.nodes[at];
        let parent = node.planned.parent.map(|parent| self.nodes[parent].live().ok_or_else(gone)).transpose()?;
        let own = parent.as_ref().map(|(_, ground)| ground.own_path()).unwrap_or_default();
        let clearing = Clearing::new(&node.planned.paths, &own);
        let branch = match &parent {
            None => starter.root(&self.plan).await?,
            Some((parent, _)) => parent.branch(self.preload(at)).await?,
        };
        let Branch { zygote, ready } = branch;
        refuse_incomplete(&ready)?;
        // What cannot fork is of no use, and says why.
        drop(zygote.fork(&self.plan, false).await?);
        let ground = self.survey(clearing, &zygote, ready, node.planned.parent.is_none()).await?;
        zygote.childless(CHILDLESS_WITHIN).await;
        Ok((zygote, ground))
    }

    fn preload(&self, at: usize) -> Preload {
        let planned = &self.nodes[at].planned;
        let paths = planned.paths.iter().map(|path| path.display().to_string()).collect();
        Preload { modules: planned.modules.clone(), path: None, paths, tell: true }
    }

    async fn survey(&self, clearing: Clearing, zygote: &Zygote, ready: Ready, is_root: bool) -> Result<Ground> {
        let loaded = ready.loaded.ok_or_else(|| useless("it does not say what it has loaded".into()))?;
        let (pid, environment) = (zygote.pid(), self.plan.environment.clone());
        let bare = self.bare.get().cloned().unwrap_or_default();
        let survey = move || {
            let bare = if is_root { crate::sys::memory::mapped_files(pid)? } else { bare };
            Ground::survey(clearing, loaded, environment, pid, &bare).map(|ground| (ground, bare))
        };
        let surveyed = tokio::task::spawn_blocking(survey).await.map_err(|error| useless(error.to_string()))?;
        let (ground, bare) = surveyed.map_err(|error| useless(error.to_string()).caused_by(error))?;
        // The first one counts: the same interpreter maps the same files.
        self.bare.get_or_init(|| bare);
        Ok(ground)
    }
}

/// A module that could not be imported here might be found by the function, so that its children would differ.
fn refuse_incomplete(ready: &Ready) -> Result<()> {
    let Some(failed) = ready.preload_failed.first() else { return Ok(()) };
    let module = failed.module.as_deref().unwrap_or("?");
    Err(useless(format!("the module {module} cannot be imported: {}", failed.message)))
}

fn useless(why: String) -> Error {
    Error::new(Code::ZygoteForkFailed, "grow the tree of zygotes", why)
}

fn gone() -> Error {
    useless("the zygote above has ended".into())
}

fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}
