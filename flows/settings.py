"""Settings: what may be set from outside, each with its description; from GOUJI_… variables, `.env` or `gouji.toml`.

The environment wins over `.env`, and `.env` over `gouji.toml`; both files are looked for in the working folder. In
gouji.toml the names are written without the prefix. Relative paths start at the working folder.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Callable, Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from flows.channel_urls import check_variables, refuse_secrets, resolve
from flows.contain import Limits
from tasks.crawl import CrawlOptions
from tasks.errors import SettingsError

PREFIX = "GOUJI_"
TOML = Path("gouji.toml")
DOTENV = Path(".env")
URLS = ("apprise_urls", "maintainer_urls")

Clock = Callable[[], datetime]

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class Settings(BaseSettings):
    """Where things lie, how politely to crawl, and whom to tell."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=DOTENV, toml_file=TOML, frozen=True, extra="ignore", env_ignore_empty=True
    )

    data_dir: Path = Field(Path("var"), description="Folder for everything gouji keeps, unless another setting says otherwise.")
    database_url: SecretStr | None = Field(
        None, description="The warehouse, as an SQLAlchemy URL. Without it: the SQLite file gouji.db in data_dir."
    )
    archive_url: str | None = Field(
        None,
        description="Where documents are kept for ever: a folder, or s3://bucket/prefix (keys and endpoint in the environment, as"
        " AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_ENDPOINT_URL). Without it: archive in data_dir.",
    )
    agencies: Path = Field(Path("agencies.csv"), description="The register: a CSV file with one agency a line.")
    supervisors: Path | None = Field(
        None, description="How each supervisor is told, a YAML file. Without it: supervisors.yml beside the register, if there."
    )
    outbox: Path | None = Field(None, description="Folder for the supervisors' digests. Without it: outbox in data_dir.")
    docs: Path | None = Field(None, description="Folder for the Data Docs, a folder a night. Without it: docs in data_dir.")
    products: Path | None = Field(
        None, description="Folder for Parquet, DuckDB and CSV of the present state. Without it: products in data_dir."
    )
    drop_in: Path | None = Field(
        None, description="Folder of files fetched by hand, listed in its files.csv. Without it: drop-in in data_dir, if there."
    )
    apprise_urls: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        (),
        description="Apprise URLs, separated by commas, to which every digest is also sent; env:NAME or prefect:secret/name"
        " stand for what a variable or a block holds. None: only the outbox.",
    )
    maintainer_urls: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        (),
        description="Apprise URLs of the maintainers, told of failures that are more likely ours and of messages that could"
        " not be delivered. None: only the outbox.",
    )
    link_base: str = Field(
        "", description="Address at which the outbox folder is served, for links in messages. Without it: the files' paths."
    )
    always_send: bool = Field(False, description="Send a digest even to a supervisor for whom nothing happened.")
    contact: str = Field("", description="An e-mail address or URL of yours, told to every site in the User-Agent.")
    crawl_delay_seconds: float = Field(1.5, ge=0, le=600, description="Pause between two requests to the same host, in seconds.")
    crawl_timeout_seconds: float = Field(
        30, gt=0, le=3600, description="How long a site may be silent before we give up, in seconds."
    )
    crawl_answer_seconds: float = Field(300, gt=0, le=36000, description="How long one answer may take as a whole, in seconds.")
    crawl_retries: int = Field(2, ge=0, le=20, description="How often a request that failed is tried again.")
    crawl_retry_seconds: float = Field(2, ge=0, le=600, description="Pause before the first such try; doubled each time.")
    crawl_max_pages: int = Field(200, ge=1, le=100_000, description="Listing pages read of one column at most.")
    crawl_max_bytes: int = Field(100_000_000, ge=1000, description="Largest document that is fetched, in bytes.")
    crawl_hosts_at_once: int = Field(32, ge=1, le=1000, description="How many hosts are read side by side.")
    crawl_private: bool = Field(
        False, description="Also read private, loopback and reserved network addresses (intranet, tests)."
    )
    batch_size: int = Field(100, ge=1, le=100_000, description="Documents read in one task and loaded in one transaction.")
    read_timeout_seconds: float = Field(300, gt=0, le=3600, description="How long one document may take to read, in seconds.")
    read_memory_mb: int = Field(
        1500, ge=200, le=1_000_000, description="How much memory one document may take to read, in MB (not watched on Windows)."
    )
    read_workers: int | None = Field(
        None, ge=1, le=256, description="Documents read side by side. Without it: one a core, at most 4."
    )
    crashed_share: float = Field(
        0.05, ge=0, le=1, description="Share of a night's documents that may crash our readers before the night counts as failed."
    )
    docs_url: str | None = Field(
        None, description="The address at which the folder of the Data Docs is served, for links in Prefect. None: no links."
    )
    timezone: str = Field("Asia/Shanghai", description="The time zone in which a night is a date, and of the schedule.")
    nightly_at: str = Field("0 2 * * *", description="When `gouji serve` starts the night, as a cron line in that time zone.")

    @field_validator("apprise_urls", "maintainer_urls", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("no such time zone; an example is Asia/Shanghai") from None
        return value

    @field_validator("nightly_at")
    @classmethod
    def _five_fields(cls, value: str) -> str:
        if len(value.split()) != 5 or not set(value) <= set("0123456789*/-, "):
            raise ValueError("not a cron line of five fields in digits; an example is 0 2 * * *")
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments first, then the environment, `.env`, and gouji.toml."""
        return init_settings, env_settings, dotenv_settings, TomlConfigSettingsSource(settings_cls)

    def warehouse_url(self) -> str:
        """The warehouse's SQLAlchemy URL, in full."""
        if self.database_url is None:
            return f"sqlite:///{self.data_dir.resolve() / 'gouji.db'}"
        return self.database_url.get_secret_value()

    def archive(self) -> str:
        """Where documents are kept."""
        return self.archive_url or str(self.data_dir.resolve() / "archive")

    def crawl_options(self) -> CrawlOptions:
        """How politely and how patiently to crawl."""
        return CrawlOptions(
            delay_seconds=self.crawl_delay_seconds,
            timeout_seconds=self.crawl_timeout_seconds,
            answer_seconds=self.crawl_answer_seconds,
            retries=self.crawl_retries,
            retry_seconds=self.crawl_retry_seconds,
            max_pages=self.crawl_max_pages,
            max_bytes=self.crawl_max_bytes,
            hosts_at_once=self.crawl_hosts_at_once,
            allow_private=self.crawl_private,
            contact=self.contact,
        )

    def read_limits(self) -> Limits:
        """What one document may take."""
        return Limits(self.read_timeout_seconds, self.read_memory_mb)

    def reading_at_once(self) -> int:
        """How many documents are read side by side."""
        return self.read_workers or min(os.cpu_count() or 1, 4)

    def channels(self) -> tuple[str, ...]:
        """The Apprise URLs, in full. Raises SettingsError for a reference that leads nowhere."""
        return resolve((url.get_secret_value() for url in self.apprise_urls), DOTENV)

    def maintainers(self) -> tuple[str, ...]:
        """The maintainers' Apprise URLs, in full. Raises SettingsError for a reference that leads nowhere."""
        return resolve((url.get_secret_value() for url in self.maintainer_urls), DOTENV)

    def outbox_dir(self) -> Path:
        """The folder of the digests."""
        return (self.outbox or self.data_dir / "outbox").resolve()

    def products_dir(self) -> Path:
        """The folder of the products."""
        return (self.products or self.data_dir / "products").resolve()

    def drop_in_dir(self) -> Path:
        """The folder of files fetched by hand."""
        return (self.drop_in or self.data_dir / "drop-in").resolve()

    def docs_dir(self) -> Path:
        """The folder of the Data Docs."""
        return (self.docs or self.data_dir / "docs").resolve()

    def night_of(self, moment: datetime) -> date:
        """The night that a moment belongs to: its date in the settings' time zone."""
        return moment.astimezone(ZoneInfo(self.timezone)).date()


def load_settings(**given: Any) -> Settings:
    """Settings from the arguments that are not None, the environment and the files; SettingsError in plain words."""
    _refuse_unknown_names()
    refuse_secrets(TOML, URLS)
    try:
        settings = Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        raise SettingsError(
            f"{'it' if name in URLS else repr(first['input'])} cannot be used: {first['msg'].removeprefix('Value error, ')}",
            where=f"setting {name} ({PREFIX}{name.upper()})",
            remedy=f"What it means: {Settings.model_fields[name].description} Change it in the environment, .env or gouji.toml.",
        ) from None
    check_variables((url.get_secret_value() for name in URLS for url in getattr(settings, name)), DOTENV)
    return settings


def date_of(text: str, option: str) -> date:
    """The date that an option gives. Raises SettingsError."""
    try:
        if not _DATE.fullmatch(text):
            raise ValueError(text)
        return date.fromisoformat(text)
    except ValueError:
        raise SettingsError(
            f"{option} {text!r} is no date", expected="YYYY-MM-DD", remedy=f"Give it like {option} 2026-01-31."
        ) from None


def _refuse_unknown_names() -> None:
    known = set(Settings.model_fields)
    _refuse(TOML.name, _toml_names(), known, "")
    for place, names in (("the environment", os.environ), (DOTENV.name, dotenv_values(DOTENV))):
        ours = (name.upper().removeprefix(PREFIX).lower() for name in names if name.upper().startswith(PREFIX))
        _refuse(place, ours, known, PREFIX)


def _toml_names() -> Iterable[str]:
    if not TOML.is_file():
        return ()
    try:
        return tomllib.loads(TOML.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"not a TOML file ({error})", where=str(TOML), remedy="Correct that line.") from None


def _refuse(place: str, names: Iterable[str], known: set[str], prefix: str) -> None:
    for name in names:
        if name in known:
            continue
        nearest = difflib.get_close_matches(name, known, n=1)
        shown = [prefix + (one.upper() if prefix else one) for one in (name, *nearest)]
        raise SettingsError(
            f"there is no setting {shown[0]}",
            where=place,
            expected=f"{shown[1]}, perhaps" if nearest else "one of " + ", ".join(sorted(known)),
            remedy="Rename it or take it out.",
        )
