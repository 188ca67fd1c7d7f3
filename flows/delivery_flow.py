"""`gouji deliver` as a Prefect flow, for the hours that supervisors asked for."""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from flows.deliver import Delivered, deliver_due
from flows.nightly import clock
from flows.settings import load_settings
from tasks.errors import AlertError


@flow(name="deliver", persist_result=False)
def deliver() -> State[Delivered] | State[AlertError]:
    """Deliver what is due; Failed where something could not be."""
    done = deliver_due(load_settings(), clock)
    counted = f"送达 delivered {done.sent}, 未到时间 waiting {done.waiting}, 未送达 undelivered {len(done.owed)}"
    if done.owed:
        return Failed(message=f"{counted}: {done.owed[0]}", data=AlertError(done.owed[0], where="the outbox"))
    return Completed(message=counted, data=done)
