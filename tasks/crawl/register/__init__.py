"""Read the register of agencies (a CSV file, as a spreadsheet writes it), and tell everything that is wrong with it.

- table.py      the file: its bytes, its header, its lines
- line.py       one line: the agency it names, and which of its values cannot be
- together.py   all lines: what only shows beside another line
- problem.py    one thing that is wrong: where, what was expected, what to do
"""

from __future__ import annotations

import logging
from pathlib import Path

from tasks.crawl.register.line import problems_of, read_line
from tasks.crawl.register.problem import Problem
from tasks.crawl.register.table import SHAPE, read_rows
from tasks.crawl.register.together import problems_together
from tasks.records import Agency, Severity

__all__ = ["Problem", "check_register", "load_register", "read_register"]

_log = logging.getLogger("gouji")


def load_register(path: Path) -> tuple[Agency, ...]:
    """All agencies of the register, in the file's order; warnings go to the log.

    Raises SettingsError: the first error, with line, column and value, and how many more there are.
    """
    agencies, problems = check_register(path)
    errors = [problem for problem in problems if problem.is_error]
    if errors:
        raise errors[0].as_error(path, f"And {len(errors) - 1} more: `gouji agencies check {path}`." if errors[1:] else "")
    for problem in problems:
        _log.warning("%s", problem.as_error(path))
    return agencies


def check_register(path: Path) -> tuple[tuple[Agency, ...], tuple[Problem, ...]]:
    """What `read_register` says of a file; one that cannot be opened is a problem too."""
    try:
        data = path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: no path at all, with a character that none may have
        reason = "is a folder" if path.is_dir() else f"cannot be opened ({getattr(error, 'strerror', None) or error})"
        return (), (Problem(0, "", "", Severity.ERROR, reason, "the register of agencies, a CSV file", "Check the path."),)
    return read_register(data)


def read_register(data: bytes) -> tuple[tuple[Agency, ...], tuple[Problem, ...]]:
    """The agencies of all lines without an error, in the file's order; and every problem, by line. Never raises."""
    rows, problems = read_rows(data)
    lines = [read_line(row) for row in rows]
    problems += [problem for row in rows for problem in problems_of(row)]
    problems += problems_together(lines)
    if not rows and not any(problem.is_error for problem in problems):
        problems.append(Problem(0, "", "", Severity.ERROR, "names no agency", "a line for each agency", f"Columns: {SHAPE}."))
    wrong = {problem.line for problem in problems if problem.is_error}
    kept = tuple(line.agency for line in lines if line.number not in wrong)
    return kept, tuple(sorted(problems, key=lambda problem: problem.line))
