"""One thing that is wrong with the register: where, what was found and expected, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tasks.errors import SettingsError
from tasks.records import Severity

_SHOWN = 5  # line numbers in a message


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. An error keeps a night from beginning, a warning does not.

    `line` is the line of the file (the header's is 1), 0 where it is the file itself. `column` and `value` are blank where
    it is the whole line. `found` says what is the matter with the value, blank where `expected` tells.
    """

    line: int
    column: str
    value: str
    severity: Severity
    found: str = ""
    expected: str = ""
    remedy: str = ""

    @property
    def is_error(self) -> bool:
        """Whether the register cannot be used as it is."""
        return self.severity is Severity.ERROR

    def as_error(self, path: Path, more: str = "") -> SettingsError:
        """The problem as a message in four parts; `more` is said at its end."""
        value = f"column {self.column} is {repr(self.value) if self.value else 'blank'}" if self.column else ""
        return SettingsError(
            ", ".join(filter(None, (value, self.found))),
            where=f"{path}, line {self.line}" if self.line else str(path),
            expected=self.expected,
            remedy=" ".join(filter(None, (self.remedy, more))),
        )


def wrong(line: int, column: str, value: str, expected: str, remedy: str = "Correct the line.") -> Problem:
    """A value that cannot be."""
    return Problem(line, column, value, Severity.ERROR, "", expected, remedy)


def doubtful(line: int, column: str, value: str, found: str, expected: str, remedy: str) -> Problem:
    """A value that can be, but is probably not meant."""
    return Problem(line, column, value, Severity.WARNING, found, expected, remedy)


def say_lines(numbers: Sequence[int]) -> str:
    """Name lines of the file: "line 3", "lines 3, 5", "lines 3, 5, 8, 9, 12 and 40 more"."""
    more = f" and {len(numbers) - _SHOWN} more" if len(numbers) > _SHOWN else ""
    return f"line{'s' if len(numbers) > 1 else ''} {', '.join(map(str, numbers[:_SHOWN]))}{more}"
