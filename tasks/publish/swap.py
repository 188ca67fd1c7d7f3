"""Replace a published folder whole, or leave it as it was: the new one is made beside it, then two renames."""

from __future__ import annotations

import shutil
from pathlib import Path

from tasks.errors import SettingsError


def beside(folder: Path, mark: str, what: str) -> tuple[Path, Path]:
    """Free names beside a folder for its successor and its predecessor; mends a swap that a crash cut in two.

    `mark` is a file or folder that every earlier publication has: a folder with other things in it is not replaced.
    """
    new, old = folder.with_name(f".{folder.name}.new"), folder.with_name(f".{folder.name}.old")
    if old.exists() and not folder.exists():
        old.rename(folder)
    if folder.exists() and not (folder / mark).exists() and any(folder.iterdir()):
        raise SettingsError(
            "holds other files, which publishing would delete",
            where=str(folder),
            expected=f"an empty folder, a new one, or {what}",
            remedy="Choose another folder.",
        )
    for leftover in (new, old):
        shutil.rmtree(leftover, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    return new, old


def swap(new: Path, folder: Path, old: Path) -> None:
    """Put the new folder in the place of the old one."""
    if folder.exists():
        folder.rename(old)
    new.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
