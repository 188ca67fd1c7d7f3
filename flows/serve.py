"""`gouji serve`: schedules the nightly flow, and deliveries at supervisors' hours, with a Prefect server where none is set.

Prefect's temporary server has no scheduler, so that a real one is started beside the process; its pages show every run.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.portal import HOST, free_port
from flows.settings import PREFIX, URLS, Settings
from tasks.errors import GoujiError

if TYPE_CHECKING:
    from prefect.deployments.runner import RunnerDeployment

PORT = 4200  # where Prefect's own commands look for a server
WAIT_SECONDS = 180.0
ROOT = Path(__file__).resolve().parent.parent  # where our packages lie: the checkout, or the wheel's folder


def serve(settings: Settings) -> None:
    """Run the nightly flow, and deliveries where supervisors have hours of their own, on schedule until stopped."""
    from prefect import serve as serve_deployments

    from flows.night import check

    check(settings)
    os.environ.update(environment(settings))
    planned = deployments(settings)
    with prefect_server(settings.data_dir.resolve()):
        serve_deployments(*planned, limit=len(planned))


def deployments(settings: Settings) -> tuple[RunnerDeployment, ...]:
    """The nightly flow at its time, and deliveries at the supervisors' hours, where there are any."""
    from prefect.deployments.runner import RunnerDeployment
    from prefect.schedules import Cron
    from prefect.types.entrypoint import EntrypointType

    from flows.delivery_flow import deliver
    from flows.nightly import nightly
    from flows.routes import hours

    def planned(flow: Any, says: str, times: Sequence[str]) -> RunnerDeployment:
        return RunnerDeployment.from_flow(
            flow,
            name=flow.name,
            description=says,
            schedules=[Cron(each, timezone=settings.timezone) for each in times],
            entrypoint_type=EntrypointType.MODULE_PATH,
            tags=["gouji"],
        )

    night = planned(nightly, "Every agency of the register, once a night.", [settings.nightly_at])
    at = [f"{each.minute} {each.hour} * * *" for each in hours(settings)]
    return (night, planned(deliver, "What supervisors asked to be told at an hour of their own.", at)) if at else (night,)


def environment(settings: Settings) -> dict[str, str]:
    """What a flow run, which is a process of its own, has to be told: the settings given here, and where our packages lie."""
    told = {"PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))}
    for name in settings.model_fields_set:
        value = getattr(settings, name)
        if name in URLS:  # references stay what they are: the flow run looks them up
            value = ",".join(url.get_secret_value() for url in value)
        elif name == "database_url":
            value = settings.warehouse_url()
        elif isinstance(value, Path):
            value = value.resolve()
        if value is not None:
            told[PREFIX + name.upper()] = str(value)
    return told


@contextmanager
def prefect_server(folder: Path) -> Iterator[str]:
    """The Prefect server that is set, or else one of our own, whose log is kept in a folder; gives its address."""
    from prefect.settings import PREFECT_API_URL, temporary_settings

    known = PREFECT_API_URL.value()
    if known:
        yield known
        return
    address = f"http://{HOST}:{PORT}/api"
    if _is_healthy(address):
        with temporary_settings({PREFECT_API_URL: address}):
            os.environ["PREFECT_API_URL"] = address
            yield address
        return
    port = free_port(PORT)
    address = f"http://{HOST}:{port}/api"
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "prefect-server.log"
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", HOST, "--port", str(port)]
    with log.open("ab") as lines:
        server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=lines, stderr=lines)  # noqa: S603
        try:
            _wait_for(address, server, log)
            os.environ["PREFECT_API_URL"] = address
            with temporary_settings({PREFECT_API_URL: address}):
                yield address
        finally:
            server.terminate()
            server.wait()


def _wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + WAIT_SECONDS
    while not _is_healthy(address):
        if server.poll() is not None or time.monotonic() > end:
            raise GoujiError(
                "Prefect's server did not start",
                where=address,
                expected=f"an answer within {WAIT_SECONDS:g} seconds",
                remedy=f"What it said is in {log}. Another server can be given in PREFECT_API_URL.",
            )
        time.sleep(0.5)


def _is_healthy(address: str) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{address}/health", timeout=2) as answer:
            return bool(answer.read() == b"true")
    except OSError:
        return False
