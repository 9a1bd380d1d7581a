//! A profile in the file format of speedscope (<https://www.speedscope.app/file-format-schema.json>).

use super::summary::{ModuleProfile, Phase, Profile};
use serde_json::{Value, json};

/// The profile as a file that speedscope opens: one evented profile for each phase, in microseconds. Modules stand
/// in the order in which they were loaded, those that were loaded for a module before its own time.
pub fn speedscope(profile: &Profile, name: &str) -> Value {
    let frame = |module: &ModuleProfile| match &module.file {
        Some(file) => json!({"name": module.name, "file": file.display().to_string()}),
        None => json!({"name": module.name}),
    };
    let phases = [(Phase::Init, "init"), (Phase::First, "first event")];
    let profiles: Vec<_> = phases.into_iter().filter_map(|(phase, name)| evented(profile, phase, name)).collect();
    json!({
        "$schema": "https://www.speedscope.app/file-format-schema.json",
        "exporter": concat!("headstart@", env!("CARGO_PKG_VERSION")),
        "name": name,
        "activeProfileIndex": 0,
        "shared": {"frames": profile.modules.iter().map(frame).collect::<Vec<_>>()},
        "profiles": profiles,
    })
}

fn evented(profile: &Profile, phase: Phase, name: &str) -> Option<Value> {
    let mut timeline = Timeline { children: children(&profile.modules), profile, phase, events: Vec::new(), at: 0 };
    let roots: Vec<_> = (0..profile.modules.len()).filter(|at| timeline.is_root(*at)).collect();
    for root in roots {
        timeline.add(root);
    }
    let Timeline { events, at, .. } = timeline;
    // Every file has its `init`, even an empty one: a file without profiles is refused.
    (phase == Phase::Init || !events.is_empty()).then(|| {
        json!({
            "type": "evented",
            "name": name,
            "unit": "microseconds",
            "startValue": 0,
            "endValue": at,
            "events": events,
        })
    })
}

fn children(modules: &[ModuleProfile]) -> Vec<Vec<usize>> {
    let mut children = vec![Vec::new(); modules.len()];
    for (at, module) in modules.iter().enumerate() {
        if let Some(parent) = module.parent {
            children[parent].push(at);
        }
    }
    children
}

struct Timeline<'a> {
    profile: &'a Profile,
    children: Vec<Vec<usize>>,
    phase: Phase,
    events: Vec<Value>,
    at: u64,
}

impl Timeline<'_> {
    /// Whether a module of this phase stands below none of the same phase.
    fn is_root(&self, at: usize) -> bool {
        let module = &self.profile.modules[at];
        let is_below = |parent: usize| self.profile.modules[parent].phase == self.phase;
        module.phase == self.phase && !module.parent.is_some_and(is_below)
    }

    /// Adds a module with those below it, deepest first and without recursion: trees may be deep.
    fn add(&mut self, root: usize) {
        let mut left = vec![(root, false)];
        while let Some((module, is_done)) = left.pop() {
            if is_done {
                self.at += self.profile.modules[module].self_us;
                self.events.push(json!({"type": "C", "frame": module, "at": self.at}));
                continue;
            }
            self.events.push(json!({"type": "O", "frame": module, "at": self.at}));
            left.push((module, true));
            // Taken, so that no module is added twice.
            let below = std::mem::take(&mut self.children[module]);
            let below = below.into_iter().filter(|at| self.profile.modules[*at].phase == self.phase);
            left.extend(below.rev().map(|at| (at, false)));
        }
    }
}
