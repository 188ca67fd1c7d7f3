"""Whom a night tells and how: supervisors.yml over the settings, secrets looked up, and held against the register."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import time
from pathlib import Path

from flows.channel_urls import check_secrets, check_services, check_variables, resolve
from flows.settings import DOTENV, Settings
from tasks.alert.routing import Route, Routing
from tasks.alert.supervisors import problems_of, read_routing
from tasks.errors import SettingsError
from tasks.records import Agency

NAME = "supervisors.yml"


def routes_file(settings: Settings) -> Path | None:
    """The file that is set, or the one beside the register; None where there is none."""
    beside = settings.agencies.parent / NAME
    return settings.supervisors or (beside if beside.is_file() else None)


def load_routes(settings: Settings) -> Routing:
    """How every supervisor is told. Raises SettingsError for a file that is wrong, or a reference that leads nowhere."""
    return _read(settings, settings.channels(), lambda channels: resolve(channels, DOTENV))


def route_problems(settings: Settings, agencies: Iterable[Agency]) -> tuple[SettingsError, ...]:
    """Everything that is wrong with the routes, the file first; Prefect's blocks are not asked."""
    try:
        return tuple(problems_of(_unresolved(settings), agencies, str(routes_file(settings) or NAME)))
    except SettingsError as error:
        return (error,)


def check_routes(settings: Settings, agencies: Iterable[Agency]) -> None:
    """Raise SettingsError: the first problem."""
    for problem in route_problems(settings, agencies):
        raise problem


def hours(settings: Settings) -> tuple[time, ...]:
    """The hours at which supervisors want to be told."""
    routing = _unresolved(settings)
    found = {route.at for route in (routing.everyone, *routing.supervisors.values())}
    return tuple(sorted(at for at in found if at is not None))


def _unresolved(settings: Settings) -> Routing:
    """The routes, their channels as they are written."""

    def as_written(channels: Sequence[str]) -> tuple[str, ...]:
        check_variables(channels, DOTENV)
        return tuple(channels)

    return _read(settings, (), as_written)


def _read(settings: Settings, usual: tuple[str, ...], resolved: Callable[[Sequence[str]], tuple[str, ...]]) -> Routing:
    path, route = routes_file(settings), Route(channels=usual, always=settings.always_send)
    if path is None:
        return Routing(route)

    def in_full(channels: Sequence[str]) -> tuple[str, ...]:
        check_services(channels, str(path))
        check_secrets(channels, str(path))
        return resolved(channels)

    return read_routing(path, route, in_full)
