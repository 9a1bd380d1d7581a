//! Functions of the standard library and of widely used conventions whose arguments say what is imported or read.
//!
//! This is the one place where the Python tracer knows names; each line says why it is there.

/// Functions whose first argument is the name of a module, or of something in one.
pub(super) const IMPORTING: &[&str] = &[
    "import_module", // importlib
    "__import__",    // builtins
    "find_spec",     // importlib.util: asked before an import
    "run_module",    // runpy
    "import_string", // the name that web frameworks gave to "import this dotted path"
    "import_object", // the same in others
    "lazy",          // headstart
    "lazy_import",   // what such helpers are usually called
    "lazy_module",   // the same
];

/// Functions whose first argument is a package and whose second is a file in it.
pub(super) const READING_RESOURCES: &[&str] = &[
    "get_data",          // pkgutil
    "read_text",         // importlib.resources
    "read_binary",       // importlib.resources
    "open_text",         // importlib.resources
    "open_binary",       // importlib.resources
    "resource_filename", // pkg_resources
    "resource_string",   // pkg_resources
    "resource_stream",   // pkg_resources
];

/// Functions that look up entry points: importlib.metadata's, and those of `pkg_resources`.
pub(super) const ASKING_ENTRY_POINTS: &[&str] = &["entry_points", "iter_entry_points"];

/// Functions that spread a package over several directories: pkgutil's, and those of `pkg_resources`.
pub(super) const EXTENDING_PATH: &[&str] = &["extend_path", "declare_namespace"];

/// Makes a package's attributes lazy, given lists of them (SPEC 1, `lazy_loader`).
pub(super) const ATTACHING: &str = "attach";
/// The same, with the lists in the stub file beside the source.
pub(super) const ATTACHING_STUB: &str = "attach_stub";

/// Exceptions that a `try` catches when a module is missing.
pub(super) const CAUGHT_BY_GUARDS: &[&str] = &["ImportError", "ModuleNotFoundError", "Exception", "BaseException"];
