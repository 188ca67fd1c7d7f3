"""The house keeps its own rules: import contracts, sizes, names, pins, and a wheel that has everything it needs."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("flows", "tasks", "expectations", "warehouse")
MODULES = sorted(path for name in PACKAGES for path in (ROOT / name).rglob("*.py"))
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "service", "misc"}


def here(path: Path) -> str:
    return str(path.relative_to(ROOT))


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.split(";")[0].strip().split("==") for line in lines if "==" in line and not line.startswith("#"))


def project() -> dict[str, dict[str, object]]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_import_contracts_hold() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", MODULES, ids=here)
def test_module_can_be_read_in_one_sitting(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    assert len(text.splitlines()) <= 300, "a module has at most 300 lines"
    assert not text.strip() or ast.get_docstring(tree), "a module's docstring says what it does"
    assert path.stem not in FORBIDDEN_NAMES, "a module is named for what it holds"
    long = [
        f"{node.name} ({node.end_lineno - node.lineno + 1} lines)"
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (node.end_lineno or 0) - node.lineno >= 40
    ]
    assert not long, f"a function has at most 40 lines: {long}"
    assert not re.search(r"\b(TODO|FIXME|XXX|HACK)\b", text), "nothing is left for later in the code"


def test_folders_are_named_for_what_they_hold() -> None:
    folders = {path.parent.name for path in MODULES}
    assert not folders & FORBIDDEN_NAMES
    assert not {path.stem for path in (ROOT / "flows").glob("*.py")} & set(PACKAGES), "a flow named like a package hides it"


def test_tests_are_flat() -> None:
    assert not list((ROOT / "tests").glob("**/__init__.py")), "a package in tests/ would hide ours of the same name"
    assert {path.parent for path in (ROOT / "tests").rglob("*.py")} == {ROOT / "tests"}


def official_labels() -> Iterator[str]:
    for path in sorted((ROOT / "expectations" / "forms").glob("*.yml")):
        form = yaml.safe_load(path.read_text(encoding="utf-8"))
        for table in form["tables"].values():
            yield from (row["label"] for row in table.get("rows", {}).values() if isinstance(row, dict))


def test_no_official_label_is_typed_in_python() -> None:
    labels = {label for label in official_labels() if len(label) >= 6}
    assert labels
    for path in MODULES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        documented = [node for node in ast.walk(tree) if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)]
        prose = {ast.get_docstring(node, clean=False) for node in documented}
        typed = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
        found = {label for label in labels for text in typed - prose if label in text}
        assert not found, f"{here(path)}: labels belong in expectations/forms/: {found}"


def test_build_backend_is_pinned_as_in_the_constraints() -> None:
    for requirement in project()["build-system"]["requires"]:
        name, version = requirement.split("==")
        assert pins()[name] == version


def test_every_dependency_is_declared_and_pinned() -> None:
    extras = project()["project"]["optional-dependencies"]
    optional = (*extras["ocr"], *extras["s3"])  # type: ignore[index]
    declared = {normal(re.split("[<>=!~ ]", name)[0]) for name in (*project()["project"]["dependencies"], *optional)}
    assert declared <= set(pins())
    owners = packages_distributions()
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for top in {name.partition(".")[0] for name in names} - set(PACKAGES) - sys.stdlib_module_names:
                distributions = {normal(owner) for owner in owners.get(top, [top])}
                assert distributions & declared, f"{here(path)} imports {top}, which pyproject.toml does not name"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = folder.glob("*.whl")
    return built


def test_wheel_has_one_entry_and_every_data_file(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    assert {name.partition("/")[0] for name in inside} == {"gouji", wheel.name.removesuffix("-py3-none-any.whl") + ".dist-info"}
    data = (path for name in PACKAGES for path in (ROOT / name).rglob("*") if path.is_file() and path.suffix != ".pyc")
    missing = {here(path) for path in data} - {name.removeprefix("gouji/") for name in inside} - {"flows/__main__.py"}
    assert not missing, f"not in the wheel: {sorted(missing)}"


def test_command_runs_from_the_wheel_in_an_empty_folder(wheel: Path, tmp_path: Path) -> None:
    installed, empty = tmp_path / "installed", tmp_path / "empty"
    zipfile.ZipFile(wheel).extractall(installed)
    empty.mkdir()
    code = "import sys; sys.path.insert(0, sys.argv.pop(1)); import gouji; import flows; print(flows.__file__); gouji.main()"
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [sys.executable, "-c", code, str(installed)]
    for words in (["--help"], ["rules"]):
        done = subprocess.run([*command, *words], cwd=empty, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith(str(installed))
    assert "T3-BAL" in done.stdout
    done = subprocess.run([*command, "demo"], cwd=empty, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "there is no sample portal here" in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(empty.iterdir()), "none of this leaves anything behind"
