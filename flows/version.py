"""By what a figure was read: the readers' version and the data files they read by; and whether those files are sound."""

from __future__ import annotations

import hashlib
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

from expectations import form
from expectations.form import load_forms
from expectations.names import load_names
from expectations.rule import load_rules
from tasks.extract.version import READER_VERSION

_PACKAGES = ("expectations", "tasks.extract", "tasks.normalise")
# Of expectations/: what judges a reading, but does not make it.
_NOT_READ_BY = ("rules", "docs_zh", "names.yml", "products.yml", "reorganisation.yml")


def data_files() -> tuple[Path, ...]:
    """The files of expectations/ that decide how a document is read."""
    root = form.FORMS.parent
    found = (path for path in root.rglob("*.yml") if path.relative_to(root).parts[0] not in _NOT_READ_BY)
    return tuple(sorted(found))


@cache
def reading_version() -> str:
    """READER_VERSION and a digest of the data files: the next night reads again whatever was read by others."""
    digest = hashlib.sha256()
    for path in data_files():
        digest.update(path.name.encode() + path.read_bytes())
    return f"{READER_VERSION}+{digest.hexdigest()[:8]}"


def check_data() -> None:
    """Read every data file of ours that a night will need. Raises BadForm for the first that is wrong."""
    load_forms(), load_rules(), load_names()
    for module in _modules():
        for value in list(vars(module).values()):
            function = inspect.unwrap(value) if callable(value) else None
            if inspect.isfunction(function) and function.__module__ == module.__name__ and _is_loader(function):
                value()


def _is_loader(function: object) -> bool:
    """Whether a function reads a data file and needs no argument to know which."""
    code = getattr(function, "__code__")  # noqa: B009 (every function has one)
    return "load_yaml" in code.co_names and code.co_argcount == 0


def _modules() -> Iterator[ModuleType]:
    """Every module that can be imported here: those of an extra that is not installed read nothing, either."""
    for name in _PACKAGES:
        package = importlib.import_module(name)
        for found in pkgutil.walk_packages(package.__path__, f"{name}."):
            if found.name.partition(".")[2].startswith("suite"):
                continue  # Great Expectations reads no document, and is slow to import
            try:
                yield importlib.import_module(found.name)
            except ImportError:
                continue
