"""Makes Prefect quiet and quick on a machine without internet, server or profile. Nothing is reported to anyone.

The environment is set before Prefect is imported, and only where the user has not set it. Prefect's own lines then appear
on a terminal only when something is wrong: our progress is shown there, and errors reach the command line as they are.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path

_ENVIRONMENT = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",  # else an error line about telemetry where there is no internet
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",  # the first start on a slow machine migrates its database
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "100",  # with the default, short flows lose task runs
    "PREFECT_LOGGING_EXTRA_LOGGERS": "gouji",  # our progress is seen in Prefect's own pages
    "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",  # and is no matter for it outside a flow
}
_ELSEWHERE = ("PREFECT_API_URL", "PREFECT_API_KEY", "PREFECT_API_AUTH_STRING", "PREFECT_PROFILE")


def set_up_prefect() -> None:
    """Set what the user has not set. To be called before Prefect is imported."""
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)


def keep_prefect_in(folder: Path) -> None:
    """Keep all that Prefect writes in a folder of ours, away from the user's profile and server. As above, before import."""
    os.environ["PREFECT_HOME"] = str(folder)
    os.environ["PREFECT_PROFILES_PATH"] = str(folder / "profiles.toml")
    for name in _ELSEWHERE:
        os.environ.pop(name, None)


def hush_prefect() -> None:
    """Keep Prefect's own lines, and our progress in its style, off the terminal, unless the user asks for them."""
    import prefect.main  # noqa: F401 - sets up its logging
    from prefect.logging.handlers import PrefectConsoleHandler

    if "PREFECT_LOGGING_LEVEL" not in os.environ:
        for handler in logging.getLogger().handlers:
            if isinstance(handler, PrefectConsoleHandler):
                handler.addFilter(_is_for_the_terminal)


def _is_for_the_terminal(record: logging.LogRecord) -> bool:
    if record.name == "gouji" or record.name.startswith(("prefect.flow_runs", "prefect.task_runs")):
        return False  # an exception reaches the command line, which says it in plain words
    return not record.name.startswith("prefect") or record.levelno >= logging.WARNING
