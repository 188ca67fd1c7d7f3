"""Read what explanations cost when wrong figures are sought (localise.yml)."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, PositiveInt

from expectations.form import load_yaml

LOCALISE = Path(__file__).parent / "localise.yml"


class Prices(BaseModel):
    """The price of taking a figure to be wrong and of leaving evidence unexplained, and the limits of the search."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    certain: PositiveInt
    uncertain: PositiveInt
    last_year: PositiveInt
    carry: PositiveInt
    claim: PositiveInt
    most: PositiveInt
    nodes: PositiveInt
    seconds: PositiveInt


@cache
def load_prices() -> Prices:
    """The prices. Raises BadForm when the file is wrong."""
    return load_yaml(LOCALISE, Prices)
