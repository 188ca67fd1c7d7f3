"""When many failures of one kind are first taken for a mistake of our own (clustering.yml)."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from expectations.form import load_yaml

CLUSTERING = Path(__file__).parent / "clustering.yml"


class Clustering(BaseModel):
    """The rules that a misreading can break; how many agencies and reports must fail alike, and which share of their kind."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    rules: tuple[str, ...]
    agencies: int = Field(gt=1)
    reports: int = Field(gt=1)
    share: float = Field(gt=0, le=1)


@cache
def load_clustering() -> Clustering:
    """The measures. Raises BadForm where the file is wrong."""
    return load_yaml(CLUSTERING, Clustering)
