//! How deep a visitor may go.

/// Expressions and statements within each other. Chains that a parser reads in a loop (`a + a + a`, `a.b.b`) are
/// nested in the tree, and come on top of what [`super::nesting`] lets through.
const MOST: u32 = 40_000;

/// A visitor's depth.
#[derive(Debug, Default)]
pub(super) struct Depth {
    now: u32,
    /// Whether something lay too deep to be visited.
    pub(super) was_reached: bool,
}

impl Depth {
    /// Whether one level more may be visited.
    pub(super) fn enter(&mut self) -> bool {
        self.was_reached |= self.now >= MOST;
        self.now += 1;
        self.now <= MOST
    }

    pub(super) fn leave(&mut self) {
        self.now -= 1;
    }
}
