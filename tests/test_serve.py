"""The schedule: prefect.yaml and `gouji serve` agree, and a scheduled run is told the same settings as its parent."""

from __future__ import annotations

import importlib
import os
from pathlib import Path

import pytest
import yaml

from flows.serve import deployments, environment
from flows.settings import PREFIX, load_settings

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def clean_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_prefect_yaml_schedules_the_flow_as_gouji_serve_does() -> None:
    (deployment,) = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]
    (schedule,) = deployment["schedules"]
    settings = load_settings()
    assert (schedule["cron"], schedule["timezone"]) == (settings.nightly_at, settings.timezone) == ("0 2 * * *", "Asia/Shanghai")
    module, _, name = deployment["entrypoint"].rpartition(".")
    assert getattr(importlib.import_module(module), name).name == "nightly"


def test_a_scheduled_run_is_told_what_gouji_serve_was_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    channels = "mailto://user:pass@example.cn,json://example.cn"
    given = load_settings(data_dir=Path("here"), apprise_urls=channels, database_url="sqlite:///x.db", batch_size=7)
    for name, value in environment(given).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir("/")
    told = load_settings()
    assert told.data_dir == tmp_path / "here"
    assert told.channels() == given.channels()
    assert told.warehouse_url() == "sqlite:///x.db"
    assert told.batch_size == 7
    assert str(ROOT) in os.environ["PYTHONPATH"].split(os.pathsep)


def test_deliveries_are_scheduled_at_the_supervisors_hours(tmp_path: Path) -> None:
    settings = load_settings()
    assert [each.name for each in deployments(settings)] == ["nightly"]
    text = 'everyone: {at: 18:30}\nsupervisors:\n  甲: {at: "08:05"}\n  乙: {at: "18:30"}\n'
    (tmp_path / "supervisors.yml").write_text(text, encoding="utf-8")
    _, delivery = deployments(settings)
    assert [(each.schedule.cron, each.schedule.timezone) for each in delivery.schedules or []] == [  # type: ignore[union-attr]
        ("5 8 * * *", "Asia/Shanghai"),
        ("30 18 * * *", "Asia/Shanghai"),
    ]


def test_sqlalchemy_is_held_where_prefects_scheduler_works() -> None:
    pins = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert any(pin.startswith("sqlalchemy==2.0.") for pin in pins), "with 2.1, Prefect 3.8.8 plans no run: see constraints.txt"
