"""The demo: two nights over the sample portal, with a clock of its own, in a folder of its own; what was cut short is resumed.

The user's settings, profile and Prefect server play no part in it.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.panel import Panel
from rich.syntax import Syntax
from rich.text import Text

from flows.portal import free_port, serve_portal
from flows.prefect_setup import hush_prefect, keep_prefect_in
from flows.progress import show_progress
from flows.settings import Settings
from flows.show_night import show_night, show_places
from flows.summary import NightSummary
from tasks.errors import SettingsError

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
PORT = 8765
_STAGE = "demo.json"
ZONE = ZoneInfo("Asia/Shanghai")
# Each night's date, and the folders of the portal laid over one another, uppermost first.
NIGHTS = {date(2026, 1, 27): ("night1",), date(2026, 1, 28): ("night2", "night1")}
QUERIES = {
    "哪些单位的数据对不上 whose figures do not tie": (
        "select agency, year, errors, warnings\nfrom v_unreconciled\norder by errors desc, warnings desc, agency"
    ),
    "申请办结与公开率 what became of the applications": (
        "select year, count(*) as agencies, sum(concluded) as concluded,\n"
        "       round(1.0 * sum(granted + partial) / sum(concluded), 3) as disclosure_rate\n"
        "from v_disclosure_rate\ngroup by year\norder by year"
    ),
    "哪些报告已撤下 what has been taken down": "select agency, year, title, withdrawn\nfrom v_withdrawn\norder by agency, year",
}


@dataclass(frozen=True, slots=True)
class Stage:
    """How far a demo has come: the portal's port (the documents' addresses contain it) and the nights that are done."""

    port: int
    done: tuple[str, ...] = ()

    @property
    def is_finished(self) -> bool:
        """Whether every night is done."""
        return set(self.done) >= {night.isoformat() for night in NIGHTS}


def run_demo(folder: Path, console: Console) -> NightSummary:
    """Run what remains of the demo in a folder and show it; a finished one is started afresh. Returns its last night."""
    if not (SAMPLES / "portal").is_dir():
        raise SettingsError(
            "there is no sample portal here",
            where=str(SAMPLES),
            expected="the folder samples/ of a source checkout; an installed gouji does not bring it",
            remedy="Run `make demo` in a checkout, or `gouji nightly --agencies agencies.csv` on a register of your own.",
        )
    folder = folder.resolve()
    stage = _prepare(folder, console)
    keep_prefect_in(folder / "prefect")
    for night, layers in NIGHTS.items():
        if night.isoformat() not in stage.done:
            summary = _run_night(folder, stage, night, layers, console)
            stage = replace(stage, done=(*stage.done, night.isoformat()))
            _write(folder, stage)
    show_places(console, summary)
    _show_queries(folder, console)
    return summary


def demo_settings(folder: Path) -> Settings:
    """The settings of a demo: the defaults, whatever the environment says, and everything in one folder."""
    defaults = {name: field.get_default(call_default_factory=True) for name, field in Settings.model_fields.items()}
    ours = {
        "data_dir": folder,
        "agencies": folder / "agencies.csv",
        "crawl_delay_seconds": 0.0,
        "crawl_private": True,  # the sample portal is on 127.0.0.1
        "contact": "demo@example.org",
    }
    return Settings(**(defaults | ours))


def _prepare(folder: Path, console: Console) -> Stage:
    """Begin a demo, or take up one that was cut short."""
    stage = _read(folder)
    if stage is not None and not stage.is_finished:
        console.print(f"Resuming the demo in {folder}: {len(stage.done)} of {len(NIGHTS)} nights are done.")
        return stage
    if stage is not None:
        console.print(f"The demo in {folder} was finished; it is started afresh.")
        _clear(folder)
    elif folder.exists() and any(folder.iterdir()):
        raise SettingsError(
            "the folder holds something else",
            where=str(folder),
            expected="a new or empty folder, or that of an earlier demo",
            remedy="Give another one with --folder.",
        )
    stage = Stage(free_port(PORT))
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder, stage)
    return stage


def _run_night(folder: Path, stage: Stage, night: date, layers: tuple[str, ...], console: Console) -> NightSummary:
    from flows.nightly import nightly  # brings Prefect, which must find its folder in the environment

    hush_prefect()
    register = (SAMPLES / "agencies.csv").read_text(encoding="utf-8").replace("{port}", str(stage.port))
    (folder / "agencies.csv").write_text(register, encoding="utf-8")
    moment = datetime.combine(night, time(2), ZONE)
    console.rule(Text(f"第{'一二'[len(stage.done)]}夜 night {len(stage.done) + 1} of {len(NIGHTS)}: {night}"))
    begins_with = "Prefect is starting" + ("" if stage.done else " (longer the first time)")
    paths = tuple(SAMPLES / "portal" / layer for layer in layers)
    with serve_portal(paths, stage.port), show_progress(console, begins_with):
        summary = nightly(demo_settings(folder), night, lambda: moment)
    show_night(console, summary)
    return summary


def _show_queries(folder: Path, console: Console) -> None:
    console.print(Text("\n三个可试的查询 three SQL queries to try", style="bold"))
    gouji = os.path.relpath(sys.argv[0]) if Path(sys.argv[0]).name == "gouji" else "gouji"
    place = folder.relative_to(Path.cwd()) if folder.is_relative_to(Path.cwd()) else folder
    command = f'{gouji} sql --data {place} "…"'
    for title, query in QUERIES.items():
        console.print(Panel(Syntax(query, "sql", background_color="default", word_wrap=True), title=title, title_align="left"))
    console.print(
        Text.assemble("Ask with: ", (command, "bold"), "   Check a report of your own: ", (f"{gouji} read FILE", "bold"))
    )


def _clear(folder: Path) -> None:
    """Forget a finished demo, but for its stage, which is replaced last, and Prefect's own files, which only save time."""
    for path in folder.iterdir():
        if path.is_dir() and path.name != "prefect":
            shutil.rmtree(path)
        elif path.is_file() and path.name != _STAGE:
            path.unlink()


def _read(folder: Path) -> Stage | None:
    file = folder / _STAGE
    if not file.is_file():
        return None
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        return Stage(int(kept["port"]), tuple(kept["done"]))
    except (ValueError, KeyError, TypeError) as error:
        raise SettingsError(
            f"cannot be understood ({error})", where=str(file), expected="what an earlier demo wrote", remedy=f"Delete {folder}."
        ) from None


def _write(folder: Path, stage: Stage) -> None:
    new = folder / f"{_STAGE}.new"
    new.write_text(json.dumps(asdict(stage)), encoding="utf-8")
    new.replace(folder / _STAGE)
