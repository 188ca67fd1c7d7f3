"""Replace a published folder whole, or leave it as it was: the new one is made beside it, then two renames."""

from __future__ import annotations

import shutil
from pathlib import Path

from tasks.errors import SettingsError


def beside(folder: Path, mark: str, what: str) -> tuple[Path, Path]:
    """Free names beside a folder for its successor and its predecessor; mends a swap that a crash cut in two.

    Raises SettingsError where `check_place` does.
    """
    new, old = folder.with_name(f".{folder.name}.new"), folder.with_name(f".{folder.name}.old")
    if old.exists() and not folder.exists():
        old.rename(folder)
    check_place(folder, mark, what)
    for leftover in (new, old):
        shutil.rmtree(leftover, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    return new, old


def check_place(folder: Path, mark: str, what: str) -> None:
    """Raise SettingsError for a folder with other things in it than an earlier publication, which always has `mark`."""
    is_other = folder.exists() and not (folder / mark).exists() and (not folder.is_dir() or any(folder.iterdir()))
    if is_other:
        raise SettingsError(
            "holds other files, which publishing would delete",
            where=str(folder),
            expected=f"an empty folder, a new one, or {what}",
            remedy="Choose another folder.",
        )


def swap(new: Path, folder: Path, old: Path) -> None:
    """Put the new folder in the place of the old one."""
    if folder.exists():
        folder.rename(old)
    new.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
