"""The suites of products.yml, run by Great Expectations over what is about to be published. Slow to import, as suite.py is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import great_expectations as gx
import pandas as pd
from pydantic import BaseModel, ConfigDict, RootModel

from expectations.form import load_yaml
from expectations.suite import new_context

PRODUCTS = Path(__file__).parent / "products.yml"


class _Expected(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    type: str
    kwargs: dict[str, object]
    description: str


class _Suites(RootModel[dict[str, tuple[_Expected, ...]]]):
    model_config = ConfigDict(frozen=True)


def faults_of(frames: Mapping[str, pd.DataFrame]) -> tuple[str, ...]:
    """What the suites find wrong with the products' frames, each with how many rows; nothing where all is well."""
    source = new_context().data_sources.add_pandas("products")
    suites = load_yaml(PRODUCTS, _Suites).root
    faults = []
    for product, expected in suites.items():
        frame = frames[product]
        suite = gx.ExpectationSuite(product, expectations=[each.model_dump() for each in expected])
        batch = source.add_dataframe_asset(product).add_batch_definition_whole_dataframe("now").get_batch({"dataframe": frame})
        for found in batch.validate(suite, result_format="BASIC").results:
            if not found.success:
                count = found.result.get("unexpected_count") or found.exception_info
                faults.append(f"{found.expectation_config.description}: {count}")
    return tuple(faults)
