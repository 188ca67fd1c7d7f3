"""How each supervisor is told: through which channels, in which language, of what, at which hour, on which days; who is above."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, time

from tasks.alert.wording import CANONICAL
from tasks.records import Severity


def _never(_: date) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Route:
    """What one supervisor asked for; as it stands here, what holds for whoever asked for nothing.

    channels: Apprise URLs in full. severity: the mildest that is told; without: rules of which nothing is. at: the hour before
    which nothing is sent (None: as soon as the night is done). is_quiet: the days without a digest; the next one tells of them.
    always: send one even when nothing happened. escalate_after: nights after which what still stands is told to the superior.
    superior: to whom; blank: whoever the register has above.
    """

    channels: tuple[str, ...] = ()
    language: str = CANONICAL
    severity: Severity = Severity.INFO
    without: frozenset[str] = frozenset()
    at: time | None = None
    is_quiet: Callable[[date], bool] = _never
    always: bool = False
    escalate_after: int | None = None
    superior: str = ""

    def wants(self, severity: str, rule: str) -> bool:
        """Whether a notice of this severity and rule is told."""
        order = list(Severity)
        return rule not in self.without and order.index(Severity(severity)) <= order.index(self.severity)


@dataclass(frozen=True, slots=True)
class Routing:
    """The routes by supervisor, and the one of everybody else."""

    everyone: Route = field(default_factory=Route)
    supervisors: Mapping[str, Route] = field(default_factory=dict)

    def of(self, supervisor: str) -> Route:
        """How a supervisor is told."""
        return self.supervisors.get(supervisor, self.everyone)

    def urls(self) -> tuple[str, ...]:
        """Every channel that anybody is told through."""
        routes = (self.everyone, *self.supervisors.values())
        return tuple(dict.fromkeys(url for route in routes for url in route.channels))
