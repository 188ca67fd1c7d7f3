"""Where secrets of channels may lie: in variables of the environment or .env, and in Prefect's blocks; never in gouji.toml.

`env:NAME` stands for what the variable NAME holds, `prefect:block-type/name` for what that block holds: a Secret's value, or the
URL of a notification block.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import SecretStr

from tasks.alert.services import OTHER, has_secret, load_channels, service_of
from tasks.errors import SettingsError

ENV, PREFECT = "env:", "prefect:"


def resolve(given: Iterable[str], dotenv: Path) -> tuple[str, ...]:
    """The URLs in full; one reference may hold several, separated by commas. Raises SettingsError for one that leads nowhere."""
    full = (_held(one, dotenv) for one in given)
    return tuple(url.strip() for held in full for url in held.split(",") if url.strip())


def check_variables(given: Iterable[str], dotenv: Path) -> None:
    """Raise SettingsError where a variable that a URL refers to is not there."""
    for one in given:
        if one.startswith(ENV):
            _held(one, dotenv)


def refuse_secrets(toml: Path, names: Iterable[str]) -> None:
    """Raise SettingsError where these settings of gouji.toml hold a secret."""
    if not toml.is_file():
        return
    written = tomllib.loads(toml.read_text(encoding="utf-8"))
    for name in names:
        value = written.get(name, ())
        check_secrets(value.split(",") if isinstance(value, str) else value, f"{toml.name}, {name}")


def check_secrets(urls: Iterable[object], where: str) -> None:
    """Raise SettingsError where URLs that stand in a file hold a secret."""
    if any(_is_secret(str(url).strip()) for url in urls):
        raise SettingsError(
            "a URL holds a password, a key or a token",
            where=where,
            expected="secrets only in the environment, .env or a Prefect block",
            remedy="Write env:NAME or prefect:secret/name there; then change that secret.",
        )


def check_services(urls: Iterable[object], where: str) -> None:
    """Raise SettingsError where a URL that stands in a file is of no service that we or Apprise know."""
    for url in map(str, urls):
        if url.startswith((ENV, PREFECT)) or service_of(url)[0] != OTHER:
            continue
        import apprise

        if apprise.Apprise.instantiate(url) is None:
            raise SettingsError(
                f"no service is reached by {urlsplit(url).scheme or 'this'}://",
                where=where,
                expected=", ".join(scheme for service in load_channels().services.values() for scheme in service.schemes),
                remedy="Correct the URL, or write env:NAME for the variable that holds it; Apprise's other services will do too.",
            )


def _is_secret(url: str) -> bool:
    return bool(url) and not url.startswith((ENV, PREFECT)) and has_secret(url)


def _held(reference: str, dotenv: Path) -> str:
    if reference.startswith(ENV):
        name = reference.removeprefix(ENV)
        value = os.environ.get(name) or dotenv_values(dotenv).get(name)
        if not value:
            raise SettingsError(
                f"{reference} leads nowhere: there is no variable {name}",
                where="a channel's URL",
                remedy="Set it in the environment or .env; its name may be any that does not begin with GOUJI_.",
            )
        return value
    return _block(reference) if reference.startswith(PREFECT) else reference


def _block(reference: str) -> str:
    from prefect.blocks.core import Block

    remedy = "Make it with `prefect block register` and in Prefect's UI, and name it prefect:secret/its-name."
    try:
        block: Any = Block.load(reference.removeprefix(PREFECT))
    except Exception as error:  # Prefect raises ValueError, its own and those of its HTTP client
        found = f"{reference} leads nowhere ({type(error).__name__})"
        raise SettingsError(found, where="a channel's URL", expected="a block that is there", remedy=remedy) from None
    value = block.get() if hasattr(block, "get") else getattr(block, "url", None)
    plain = value.get_secret_value() if isinstance(value, SecretStr) else value
    if not isinstance(plain, str) or not plain:
        raise SettingsError(f"{reference} holds no URL", where="a channel's URL", expected="a Secret block", remedy=remedy)
    return plain
