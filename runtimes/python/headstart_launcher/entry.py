"""Finds the handler that an entry names: `app.handler`, `pkg.mod.handler`, `dir/mod.handler`."""

import os
import sys


def resolve(package, entry):
    """The handler, or None and the failure that says why there is none."""
    module_name, attribute = split(entry)
    if module_name is None:
        return None, _failure("function.entry_invalid", 'entry "%s" is not module.attribute' % entry)
    sys.argv = [os.path.join(package, module_name.replace(".", os.sep) + ".py")]
    try:
        __import__(module_name)
        module = sys.modules[module_name]
    except (SystemExit, KeyboardInterrupt):
        raise
    except BaseException as error:
        return None, _import_failure(error, module_name, package)
    return _attribute(module, module_name, attribute)


def split(entry):
    """Module name and attribute; None twice where the entry is no entry."""
    path, _, attribute = entry.rpartition(".")
    parts = path.replace("/", ".").split(".")
    if not attribute or not all(parts) or "/" in attribute or "\0" in entry or len(entry) > 1024:
        return None, None
    return ".".join(parts), attribute


def _attribute(module, module_name, attribute):
    try:
        handler = getattr(module, attribute)
    except AttributeError:
        text = 'module "%s" has no attribute "%s"' % (module_name, attribute)
        return None, _failure("function.handler_not_found", text)
    except Exception as error:
        return None, _import_failure(error, module_name, "")
    if not callable(handler):
        text = 'attribute "%s" of module "%s" is not callable' % (attribute, module_name)
        return None, _failure("function.handler_not_callable", text)
    return handler, None


def _import_failure(error, module_name, package):
    from . import failures

    if isinstance(error, ModuleNotFoundError) and _is_entry_itself(error, module_name):
        return _failure("function.entry_not_found", 'no module "%s" in %s' % (module_name, package))
    return failures.of(failures.import_code(error), error)


def _is_entry_itself(error, module_name):
    """Whether the import system, not a module that it ran, missed the entry or a package around it."""
    from . import failures

    is_named = error.name is not None and (module_name + ".").startswith(error.name + ".")
    return is_named and not failures.has_user_frames(error)


def _failure(code, message):
    return {"code": code, "message": message}
