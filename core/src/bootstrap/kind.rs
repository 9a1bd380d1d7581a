//! The kinds of message and their numbers on the wire.

use std::fmt;

/// Who may send a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sender {
    /// The process that owns the workers.
    Host,
    /// The process that runs the function.
    Worker,
}

macro_rules! kinds {
    ($( $name:ident = $number:literal, $text:literal, $sender:ident, $meaning:literal; )*) => {
        /// What a frame says.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Kind { $( #[doc = $meaning] $name = $number, )* }

        impl Kind {
            /// Every kind, in the order of their numbers.
            pub const ALL: &'static [Kind] = &[$( Kind::$name, )*];

            /// The kind with this number on the wire, if there is one.
            pub const fn from_number(number: u8) -> Option<Self> {
                match number { $( $number => Some(Kind::$name), )* _ => None }
            }

            /// The name in the reference page.
            pub const fn name(self) -> &'static str {
                match self { $( Kind::$name => $text, )* }
            }

            /// Which side sends it.
            pub const fn sender(self) -> Sender {
                match self { $( Kind::$name => Sender::$sender, )* }
            }
        }
    };
}

kinds! {
    Welcome = 0x01, "welcome", Host, "Names the version, the role and the preload set.";
    Specialize = 0x02, "specialize", Host, "Gives a stem its function.";
    Invoke = 0x03, "invoke", Host, "Hands the function an event.";
    Prewarm = 0x04, "prewarm", Host, "Runs the prewarm hooks.";
    Fork = 0x05, "fork", Host, "Asks a zygote for a child.";
    BeforeFreeze = 0x06, "before_freeze", Host, "Runs the hooks before a freeze.";
    AfterThaw = 0x07, "after_thaw", Host, "Runs the hooks after a thaw.";
    BeforeSnapshot = 0x08, "before_snapshot", Host, "Runs the hooks before a snapshot.";
    AfterRestore = 0x09, "after_restore", Host, "Runs the hooks after a restore.";
    Shutdown = 0x0a, "shutdown", Host, "Ends the worker in an orderly way.";
    Hello = 0x81, "hello", Worker, "Offers versions and says what the worker is.";
    Ready = 0x82, "ready", Worker, "Says that a step is done, with timings by phase.";
    Result = 0x83, "result", Worker, "Carries what the handler returned.";
    Failure = 0x84, "failure", Worker, "Says that a step or an invocation failed.";
    Forked = 0x85, "forked", Worker, "Names the child of a zygote.";
    Refused = 0x86, "refused", Worker, "Says why a zygote does not fork.";
    Log = 0x87, "log", Worker, "Carries a message of the launcher.";
    Exited = 0x88, "exited", Worker, "Says how a zygote's child ended.";
    Piece = 0x89, "piece", Worker, "Carries a part of what the handler returns, before the rest.";
}

impl Kind {
    /// The kind with this name, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }

    /// The number on the wire.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// Whether the body is raw bytes; JSON otherwise.
    pub const fn is_raw(self) -> bool {
        matches!(self, Kind::Invoke | Kind::Result | Kind::Piece)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_lead_back() {
        for kind in Kind::ALL {
            assert_eq!(Kind::from_number(kind.number()), Some(*kind));
            assert_eq!(Kind::from_name(kind.name()), Some(*kind));
            assert_eq!(kind.number() >= 0x80, kind.sender() == Sender::Worker);
        }
    }
}
