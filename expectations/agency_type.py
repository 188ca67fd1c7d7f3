"""Tell what type an agency is of (agency_types.yml): by the register's level, or by its name where there is no register."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, RootModel

from expectations.form import load_yaml

AGENCY_TYPES = Path(__file__).parent / "agency_types.yml"


class AgencyType(BaseModel):
    """A type of agency (机关类型): its key, the official label, and how it is told."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    type: str
    label: str
    levels: tuple[str, ...]
    names: tuple[str, ...]


class _Types(RootModel[tuple[AgencyType, ...]]):
    pass


@cache
def load_agency_types() -> tuple[AgencyType, ...]:
    """All types, in the order tried. Raises BadForm when the file is wrong."""
    return load_yaml(AGENCY_TYPES, _Types).root


def agency_type(name: str, level: str = "") -> AgencyType | None:
    """The type of an agency, or None where neither its level nor its name tells."""
    by_level = [each for each in load_agency_types() if level and level in each.levels]
    by_name = [each for each in load_agency_types() if any(re.search(pattern, name) for pattern in each.names)]
    return next(iter([*by_level, *by_name]), None)
