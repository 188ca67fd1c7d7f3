"""Which figures of the two forms state the same (crosswalk.yml)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, RootModel

from expectations.form import Table, form_for, load_yaml
from tasks.errors import BadForm

CROSSWALK = Path(__file__).parent / "crosswalk.yml"


class Indicator(BaseModel):
    """A series across forms: the rows of each edition that are added, in every column or in the one named."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    indicator: str
    label: str
    rows: dict[str, tuple[str, ...]] = Field(min_length=2)
    columns: dict[str, str] = Field(default_factory=dict)


class _Crosswalk(RootModel[tuple[Indicator, ...]]):
    pass


@cache
def load_crosswalk() -> tuple[Indicator, ...]:
    """All indicators. Raises BadForm for a row or column that a form does not have."""
    indicators = load_yaml(CROSSWALK, _Crosswalk).root
    for each in indicators:
        for edition in each.rows:
            if not list(addresses(each, edition)):
                raise BadForm(f"the {edition} form has no figure of {each.indicator}", where=str(CROSSWALK), remedy="Correct it.")
    return indicators


def addresses(indicator: Indicator, edition: str) -> Iterator[tuple[str, str]]:
    """The figures of an edition that an indicator adds, each with the column of the series that it belongs to."""
    for row in indicator.rows[edition]:
        name, _, key = row.partition(".")
        table: Table = form_for(edition).tables[name]
        for leaf in table.expand(key):
            named = indicator.columns.get(edition)
            for column in (named,) if named else table.columns_of(leaf):
                yield f"{name}.{leaf}.{column}", "" if named else column
