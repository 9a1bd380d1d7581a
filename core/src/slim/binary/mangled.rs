//! Which crate a symbol's code was made from: Rust's two manglings, v0 (RFC 2603) and the older one, called legacy.

use rustc_demangle::try_demangle;
use std::fmt::{self, Write};

/// A demangled name is read this far; crates stand at its begin.
const MOST_TEXT: usize = 4096;
/// Paths within paths, as in `<<A as B>::C as D>`, deeper than this are damage.
const MOST_DEPTH: usize = 32;

/// The crates that the standard library is made of, by their names in symbols. `__rustc` is where the compiler puts
/// the allocator's functions.
const STANDARD: &[&str] = &[
    "std",
    "core",
    "alloc",
    "proc_macro",
    "test",
    "panic_unwind",
    "panic_abort",
    "compiler_builtins",
    "std_detect",
    "unwind",
    "__rustc",
];

/// Whether a crate is one of the standard library's own.
pub(super) fn is_standard(name: &str) -> bool {
    STANDARD.contains(&name)
}

/// The name of the crate that has the source of a symbol's code; `None`: it is no symbol of Rust's.
pub(super) fn crate_of(symbol: &[u8]) -> Option<String> {
    let symbol = std::str::from_utf8(symbol).ok()?;
    let name = match symbol.strip_prefix("_R") {
        Some(path) => root_of_v0(path).or_else(|| root_of_text(&demangled(symbol)?, Picks::Trait))?,
        None if is_legacy(symbol) => root_of_text(&demangled(symbol)?, Picks::Own)?,
        None => return None,
    };
    Some(name)
}

/// Legacy symbols are C++'s but for their last part, a hash: `_ZN4core3fmt5write17h0123456789abcdefE`.
fn is_legacy(symbol: &str) -> bool {
    let hash = symbol.strip_prefix("_ZN").and_then(|rest| rest.rsplit_once("17h")).map(|(_, hash)| hash.as_bytes());
    hash.is_some_and(|hash| hash.len() > 16 && hash[..16].iter().all(u8::is_ascii_hexdigit) && hash[16] == b'E')
}

fn demangled(symbol: &str) -> Option<String> {
    let mut text = Begin(String::new());
    // Writing ends with an error where the text is long enough.
    let _ = write!(text, "{:#}", try_demangle(symbol).ok()?);
    Some(text.0)
}

/// The begin of a text: names may unfold to far more than they are long.
struct Begin(String);

impl Write for Begin {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.push_str(text);
        if self.0.len() < MOST_TEXT { Ok(()) } else { Err(fmt::Error) }
    }
}

/// The crate at the root of a v0 path. All but one of the ways to write a path put the path that they are about
/// first, so that nothing else has to be read; `None` for that one (`Y`: type, then trait), and for damage.
fn root_of_v0(symbol: &str) -> Option<String> {
    // A version may stand between the prefix and the path.
    let bytes = symbol.as_bytes();
    let mut at = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    for _ in 0..bytes.len() {
        at += match bytes.get(at)? {
            b'C' => return identifier(&symbol[at + 1 + disambiguator(bytes.get(at + 1..)?)..]).map(str::to_owned),
            b'N' => 2,
            b'I' => 1,
            b'M' | b'X' => 1 + disambiguator(bytes.get(at + 1..)?),
            b'B' => {
                let (target, _) = base_62(bytes.get(at + 1..)?)?;
                at = usize::try_from(target).ok().filter(|target| *target < at)?;
                continue;
            }
            _ => return None,
        };
    }
    None
}

/// How long a disambiguator is: `s`, a number, `_`; 0 where there is none.
fn disambiguator(bytes: &[u8]) -> usize {
    match bytes.split_first() {
        Some((b's', rest)) => base_62(rest).map_or(0, |(_, length)| length + 1),
        _ => 0,
    }
}

/// A number in base 62, which ends with `_`, and how long it is.
fn base_62(bytes: &[u8]) -> Option<(u64, usize)> {
    let length = bytes.iter().position(|byte| *byte == b'_')?;
    let digit = |byte: &u8| {
        Some(u64::from(match byte {
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'z' => byte - b'a' + 10,
            b'A'..=b'Z' => byte - b'A' + 36,
            _ => return None,
        }))
    };
    let number = bytes[..length].iter().try_fold(0_u64, |sum, byte| sum.checked_mul(62)?.checked_add(digit(byte)?))?;
    let number = if length == 0 { 0 } else { number.checked_add(1)? };
    Some((number, length + 1))
}

/// An identifier: its length, `_` where it begins with a digit or `_`, its bytes.
fn identifier(text: &str) -> Option<&str> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let length: usize = text.get(..digits)?.parse().ok()?;
    let rest = &text[digits..];
    let rest = rest.strip_prefix('_').unwrap_or(rest);
    rest.get(..length).filter(|name| is_name(name))
}

/// Which crate the text of a symbol tells where it names a type and a trait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Picks {
    /// The trait's: it has the source of the default method.
    Trait,
    /// The implementation's: the type's, unless that is built in or of the standard library.
    Own,
}

fn root_of_text(text: &str, picks: Picks) -> Option<String> {
    root(text, picks, 0).map(str::to_owned)
}

fn root(text: &str, picks: Picks, depth: usize) -> Option<&str> {
    let Some(inner) = text.strip_prefix('<').filter(|_| depth < MOST_DEPTH) else {
        return text.split("::").next().filter(|name| name.len() < text.len() && is_name(name));
    };
    let (own, of) = type_and_trait(inner);
    let own = root(bare(own), Picks::Own, depth + 1);
    let of = of.and_then(|of| root(of, picks, depth + 1));
    match picks {
        Picks::Trait => of.or(own),
        Picks::Own => own.filter(|name| !is_standard(name)).or(of).or(own),
    }
}

/// The parts of `Type as Trait>::method`, or `Type>::method`.
fn type_and_trait(inner: &str) -> (&str, Option<&str>) {
    let (mut depth, mut between) = (0_usize, None);
    let bytes = inner.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'<' | b'(' | b'[' => depth += 1,
            // The arrow of a function's type closes nothing.
            b'>' if at > 0 && bytes[at - 1] == b'-' => {}
            b'>' if depth == 0 => return split(inner, between, at),
            b'>' | b')' | b']' => depth = depth.saturating_sub(1),
            b' ' if depth == 0 && between.is_none() && inner[at..].starts_with(" as ") => between = Some(at),
            _ => {}
        }
    }
    split(inner, between, inner.len())
}

fn split(inner: &str, between: Option<usize>, end: usize) -> (&str, Option<&str>) {
    match between {
        Some(at) => (&inner[..at], inner.get(at + 4..end)),
        None => (&inner[..end], None),
    }
}

/// A type without what it is wrapped in: references, pointers, arrays, tuples.
fn bare(mut text: &str) -> &str {
    const AROUND: &[&str] = &["&", "*const ", "*mut ", "mut ", "dyn ", "[", "("];
    while let Some(rest) = AROUND.iter().find_map(|around| text.strip_prefix(around)) {
        text = rest;
    }
    text
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(symbol: &str) -> Option<String> {
        crate_of(symbol.as_bytes())
    }

    #[test]
    fn legacy_symbols_name_their_crate() {
        let hash = "17h0123456789abcdefE";
        let symbol = |parts: &[&str]| {
            let parts: Vec<_> = parts.iter().map(|part| format!("{}{part}", part.len())).collect();
            format!("_ZN{}{hash}", parts.concat())
        };
        let named = |parts: &[&str]| of(&symbol(parts));
        assert_eq!(named(&["core", "fmt", "write"]).as_deref(), Some("core"));
        assert_eq!(named(&["serde", "de", "Visitor", "new"]).as_deref(), Some("serde"));
        // <prices::Order as serde::Deserialize>::deserialize
        let derived = ["_$LT$prices..Order$u20$as$u20$serde..Deserialize$GT$", "deserialize"];
        assert_eq!(named(&derived).as_deref(), Some("prices"));
        // <alloc::vec::Vec<T> as serde::Serialize>::serialize
        let foreign = ["_$LT$alloc..vec..Vec$LT$T$GT$$u20$as$u20$serde..Serialize$GT$", "serialize"];
        assert_eq!(named(&foreign).as_deref(), Some("serde"));
        // <&mut W as core::fmt::Write>::write_str
        let blanket = ["_$LT$$RF$mut$u20$W$u20$as$u20$core..fmt..Write$GT$", "write_str"];
        assert_eq!(named(&blanket).as_deref(), Some("core"));
        // core::fmt::num::<impl core::fmt::Debug for u32>::fmt
        let placed = ["core", "fmt", "num", "_$LT$impl$u20$core..fmt..Debug$u20$for$u20$u32$GT$", "fmt"];
        assert_eq!(named(&placed).as_deref(), Some("core"));
        assert_eq!(of(&(symbol(&["core", "fmt", "write"]) + ".llvm.123")).as_deref(), Some("core"));
    }

    #[test]
    fn v0_symbols_name_their_crate() {
        // mycrate::foo, and an instance of it.
        assert_eq!(of("_RNvCs1234_7mycrate3foo").as_deref(), Some("mycrate"));
        assert_eq!(of("_RINvCs1234_7mycrate3foomECs5678_5other").as_deref(), Some("mycrate"));
        // <mycrate::Foo<u32> as std::clone::Clone>::clone, implemented in mycrate.
        let implemented = "_RNvXs_Cs1234_7mycrateINtB4_3FoomENtNtC3std5clone5Clone5clone";
        assert_eq!(of(implemented).as_deref(), Some("mycrate"));
        // <mycrate::Foo>::bar
        assert_eq!(of("_RNvMCs1234_7mycrateNtB2_3Foo3bar").as_deref(), Some("mycrate"));
        // A default method of a trait of std, for a type of mycrate.
        let default = "_RNvYNtCs1234_7mycrate3FooNtNtC3std2io4Read4read";
        assert_eq!(of(default).as_deref(), Some("std"));
    }

    #[test]
    fn what_is_not_rust_has_no_crate() {
        for symbol in ["main", "_ZN3foo3barE", "_ZNSt6vectorIiE", "_R", "_RNv", "_RB_", "_RNvB_", "", "_ZN17hE"] {
            assert_eq!(of(symbol), None, "{symbol}");
        }
        assert_eq!(crate_of(b"_ZN\xff"), None);
    }

    #[test]
    fn damaged_symbols_are_no_harm() {
        let symbol = "_RNvXs_Cs1234_7mycrateINtB4_3FoomENtNtC3std5clone5Clone5clone";
        for end in 0..symbol.len() {
            let _ = of(&symbol[..end]);
        }
        let nested = format!("_ZN{}17h0123456789abcdefE", "7_$LT$$LT$".repeat(2000));
        let _ = of(&nested);
        let _ = root_of_text(&"<".repeat(100_000), Picks::Own);
    }
}
