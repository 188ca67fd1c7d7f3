"""Read .doc, .wps, .rtf, .odt and Office's flat XML: LibreOffice turns them into .docx (sheets into .xlsx), which we read."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import threading
from contextlib import suppress
from multiprocessing.util import Finalize
from pathlib import Path

from tasks.errors import DamagedDocument, DocumentTooLarge, UnknownFormat
from tasks.extract import sheet, word
from tasks.extract.sniff import sniff
from tasks.printed import Locator, Printed

SECONDS = 90  # for one conversion; the first one of a process also sets up a profile
_PLACES = (
    "/usr/bin/soffice",
    "/usr/local/bin/soffice",
    "/usr/lib/libreoffice/program/soffice",
    "/opt/libreoffice/program/soffice",
    "/snap/bin/libreoffice",
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    "C:/Program Files/LibreOffice/program/soffice.exe",
)
_SHEETS = frozenset(("ods", "xls"))
_SUFFIX = {"flat": "xml"}
_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="MacroSecurityLevel" oor:op="fuse">
<value>3</value></prop><prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop>
<prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update"><prop oor:name="Link" oor:op="fuse"><value>0</value></prop></item>
<item oor:path="/org.openoffice.Office.Calc/Content/Update"><prop oor:name="Link" oor:op="fuse"><value>2</value></prop></item>
</oor:items>
"""
_lock = threading.Lock()
_profiles: dict[int, Path] = {}  # by process: two conversions at once must not share one


def read(data: bytes, name: str) -> Printed | tuple[Printed, ...]:
    """Bytes of an older or other office format → Printed. Locators are those of the document that LibreOffice makes of it.

    Raises UnknownFormat without LibreOffice, DamagedDocument when it cannot open the file, DocumentTooLarge when it is too slow.
    """
    converted = _convert(data, name)
    return sheet.read(converted, name) if sniff(converted) == "xlsx" else word.read(converted, name)


def reread(data: bytes, locator: Locator) -> str:
    """The text that stands at a locator; the file is converted again."""
    converted = _convert(data, "")
    return sheet.reread(converted, locator) if sniff(converted) == "xlsx" else word.reread(converted, locator)


def find_office() -> str | None:
    """LibreOffice's program: on the PATH, else in the usual places; None when this machine has none."""
    on_path = (shutil.which(name) for name in ("soffice", "libreoffice"))
    return next((found for found in (*on_path, *_PLACES) if found and Path(found).is_file()), None)


def _convert(data: bytes, name: str) -> bytes:
    program = find_office()
    kind = sniff(data)
    if program is None:
        raise UnknownFormat(
            f"a file of kind {kind}, which only LibreOffice opens, and it is not installed",
            where=name,
            expected="LibreOffice on this machine, or HTML, PDF, .docx",
            remedy="Install LibreOffice (apt install libreoffice-writer libreoffice-calc), or save the file as .docx.",
        )
    is_sheet = kind in _SHEETS or (kind == "flat" and b"<Workbook" in data[:4096])
    target = "xlsx:Calc MS Excel 2007 XML" if is_sheet else "docx:MS Word 2007 XML"
    with _lock, tempfile.TemporaryDirectory(prefix="gouji-office-", ignore_cleanup_errors=True) as place:
        source = Path(place) / f"report.{_SUFFIX.get(kind, kind)}"
        source.write_bytes(data)
        made = Path(place) / "made"
        said = _run([program, *_options(), "--convert-to", target, "--outdir", str(made), str(source)], place, name)
        result = next(made.glob("report.*"), None) if made.is_dir() else None
        if result is None:
            raise DamagedDocument(
                f"LibreOffice cannot open it ({said[-200:].strip() or 'it says nothing'})",
                where=name,
                remedy="Open it in Word or WPS and save it as .docx, or fetch it again.",
            )
        return result.read_bytes()


def _options() -> list[str]:
    profile = _profile().as_uri()
    return [
        "--headless",
        "--norestore",
        "--nolockcheck",
        "--nodefault",
        "--nofirststartwizard",
        f"-env:UserInstallation={profile}",
    ]


def _profile() -> Path:
    """This process's own LibreOffice profile: kept while it runs, as setting one up takes seconds."""
    process = os.getpid()
    if process not in _profiles or not _profiles[process].is_dir():
        folder = Path(tempfile.mkdtemp(prefix="gouji-office-profile-"))
        (folder / "user").mkdir()
        (folder / "user" / "registrymodifications.xcu").write_text(_SETTINGS, encoding="utf-8")
        _profiles[process] = folder
        Finalize(None, shutil.rmtree, (folder,), {"ignore_errors": True}, exitpriority=0)  # also in workers, unlike atexit
    return _profiles[process]


def _run(command: list[str], place: str, name: str) -> str:
    """Run LibreOffice; what it says. Past its time its whole process group is ended, also when we are no longer there."""
    watch = shutil.which("timeout")
    guarded = [watch, "--kill-after=5", str(SECONDS + 10), *command] if watch else command
    environment = {**os.environ, "HOME": place, "SAL_USE_VCLPLUGIN": "svp"}
    process = subprocess.Popen(  # noqa: S603 (a program that find_office found, and paths of our own)
        guarded,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=place,
        env=environment,
        start_new_session=True,
    )
    try:
        said, _ = process.communicate(timeout=SECONDS)
    except subprocess.TimeoutExpired as error:
        raise DocumentTooLarge(
            f"LibreOffice was not done after {SECONDS} seconds", where=name, remedy="Save it as .docx by hand and read that."
        ) from error
    finally:
        _end(process)
    return said.decode(errors="replace")


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process and all that it started."""
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    elif process.poll() is None:
        process.kill()
    process.wait()
