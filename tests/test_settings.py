"""Settings: each is described, defaults follow data_dir, the sources have their order, and a wrong value is said plainly."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from flows.settings import PREFIX, Settings, load_settings
from tasks.errors import SettingsError


@pytest.fixture(autouse=True)
def clean_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_setting_says_what_it_is() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description and field.description.endswith("."), f"{name} has no sentence that describes it"


def test_everything_lies_in_the_data_folder_unless_said_otherwise(tmp_path: Path) -> None:
    settings = load_settings(data_dir=tmp_path / "here")
    assert settings.warehouse_url() == f"sqlite:///{tmp_path}/here/gouji.db"
    assert settings.archive() == f"{tmp_path}/here/archive"
    assert settings.outbox_dir() == tmp_path / "here" / "outbox"
    assert settings.docs_dir() == tmp_path / "here" / "docs"


def test_arguments_win_over_environment_over_dotenv_over_toml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("gouji.toml").write_text('batch_size = 1\ncontact = "a@example.cn"\ncrawl_retries = 7\n', encoding="utf-8")
    Path(".env").write_text("GOUJI_BATCH_SIZE=2\nGOUJI_CONTACT=b@example.cn\nSOMETHING_ELSE=1\n", encoding="utf-8")
    monkeypatch.setenv("GOUJI_BATCH_SIZE", "3")
    settings = load_settings()
    assert (settings.batch_size, settings.contact, settings.crawl_retries) == (3, "b@example.cn", 7)
    assert load_settings(batch_size=4, contact=None).batch_size == 4


def test_channels_are_separated_by_commas_and_never_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOUJI_APPRISE_URLS", "mailto://user:pass@example.cn, json://example.cn")
    monkeypatch.setenv("GOUJI_DATABASE_URL", "postgresql://user:pass@example.cn/gouji")
    settings = load_settings()
    assert settings.channels() == ("mailto://user:pass@example.cn", "json://example.cn")
    assert "pass" not in repr(settings) + settings.model_dump_json()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("GOUJI_BATCH_SIZE", "many", "setting batch_size (GOUJI_BATCH_SIZE): 'many' cannot be used"),
        ("GOUJI_CRAWL_DELAY_SECONDS", "-1", "greater than or equal to 0"),
        ("GOUJI_TIMEZONE", "Asia/Atlantis", "no such time zone"),
        ("GOUJI_NIGHTLY_AT", "at two", "not a cron line"),
        ("GOUJI_BATCHSIZE", "3", "there is no setting GOUJI_BATCHSIZE. Expected GOUJI_BATCH_SIZE, perhaps."),
    ],
)
def test_a_wrong_value_is_said_in_plain_words(name: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert said in str(caught.value)
    assert "pydantic" not in str(caught.value)


def test_channels_may_be_named_by_the_variable_that_holds_them(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("gouji.toml").write_text(
        'apprise_urls = "env:MAIL, json://example.cn"\nmaintainer_urls = ["env:CHAT"]\n', encoding="utf-8"
    )
    Path(".env").write_text("CHAT=dingtalk://abcdef\n", encoding="utf-8")
    monkeypatch.setenv("MAIL", "mailto://user:pass@example.cn,wecombot://abcdef")
    settings = load_settings()
    assert settings.channels() == ("mailto://user:pass@example.cn", "wecombot://abcdef", "json://example.cn")
    assert settings.maintainers() == ("dingtalk://abcdef",)
    monkeypatch.delenv("MAIL")
    with pytest.raises(SettingsError, match="env:MAIL leads nowhere: there is no variable MAIL"):
        load_settings()


@pytest.mark.parametrize("url", ["mailto://user:hush@example.cn", "dingtalk://hush", "wecom+https://gate.cn/x?token=hush"])
def test_a_secret_in_the_settings_file_is_refused_without_being_repeated(url: str) -> None:
    Path("gouji.toml").write_text(f'apprise_urls = ["json://example.cn", "{url}"]\n', encoding="utf-8")
    with pytest.raises(SettingsError, match=r"gouji\.toml, apprise_urls: a URL holds a password") as caught:
        load_settings()
    assert "hush" not in str(caught.value)
    assert "env:NAME" in caught.value.remedy


def test_a_list_of_channels_of_the_wrong_kind_is_refused_without_being_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match="it cannot be used") as caught:
        load_settings(apprise_urls={"json://user:hush@example.cn": 1})
    assert "hush" not in str(caught.value)


def test_a_wrong_settings_file_is_said_in_plain_words() -> None:
    Path("gouji.toml").write_text("batch_size 3\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"gouji\.toml: not a TOML file"):
        load_settings()
    Path("gouji.toml").write_text("bach_size = 3\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"there is no setting bach_size\. Expected batch_size, perhaps"):
        load_settings()


def test_a_night_is_a_date_in_the_time_zone_of_the_agencies() -> None:
    assert load_settings().night_of(datetime(2026, 1, 29, 18, 0, tzinfo=UTC)) == date(2026, 1, 30)


def test_the_readme_explains_every_setting() -> None:
    readme = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
    for name, field in Settings.model_fields.items():
        assert f"| `GOUJI_{name.upper()}` |" in readme and f"| {field.description} |" in readme, name
