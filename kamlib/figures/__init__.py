"""Pictures: a table in, Axes out. Each part of the kit has its own file; `kamlib.figures` offers all of them.

The files are read when one of their functions is first asked for, so that importing the package stays light.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import Any


def _modules() -> list[str]:
    """The style first: a name of its own is never taken from another file."""
    names = sorted(module.name for module in iter_modules(__path__))
    return ["style", *(name for name in names if name != "style")]


def _public(name: str) -> dict[str, Any]:
    module = import_module(f"{__name__}.{name}")
    return {
        key: value
        for key, value in vars(module).items()
        if not key.startswith("_") and getattr(value, "__module__", module.__name__) == module.__name__
        if callable(value) or (name == "style" and key.isupper())
    }


def __getattr__(name: str) -> Any:
    if not name.startswith("_"):
        for module in _modules():
            if name == module:
                return import_module(f"{__name__}.{module}")
            if name in (found := _public(module)):
                return found[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({key for module in _modules() for key in _public(module)} | set(_modules()))
