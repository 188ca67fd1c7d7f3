"""What every rule states, whatever its kind, and which cells of a form an address stands for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict

from expectations.agency_type import AgencyType, load_agency_types
from expectations.form import Form, split_address


def _are_types(types: tuple[str, ...]) -> tuple[str, ...]:
    known = {each.type for each in load_agency_types()}
    if set(types) - known:
        raise ValueError(f"agency type {', '.join(sorted(set(types) - known))} is none of agency_types.yml")
    return types


def _compile(patterns: tuple[str, ...]) -> tuple[str, ...]:
    for pattern in patterns:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"pattern {pattern!r} does not compile ({error})") from None
    return patterns


AgencyTypes = Annotated[tuple[str, ...], AfterValidator(_are_types)]
Patterns = Annotated[tuple[str, ...], AfterValidator(_compile)]


class BaseRule(BaseModel):
    """What every rule of the catalogue states. severity is error 错误, warning 疑似 or info 提示.

    `editions` and `agencies` (types of agency_types.yml) limit the rule; without them it holds for all. `unknown` says in
    a sentence when the rule cannot be assessed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    id: str
    title: str
    says: str
    authority: str
    severity: Literal["error", "warning", "info"]
    unknown: str
    editions: tuple[str, ...] = ()
    agencies: AgencyTypes = ()

    def applies_to(self, edition: str) -> bool:
        """Whether the rule is stated for an edition of the form."""
        return not self.editions or edition in self.editions

    def concerns(self, agency: AgencyType | None) -> bool:
        """Whether the rule is stated for a type of agency; one whose type is not known only by rules for all."""
        return not self.agencies or (agency is not None and agency.type in self.agencies)

    def unknown_keys(self, form: Form) -> tuple[str, ...]:
        """The rows, columns and addresses it names that a form which it applies to does not have."""
        return ()


def cells_of(address: str, form: Form) -> tuple[str, ...]:
    """The addresses of a form that one stands for: itself, or those of its group's rows. Empty where the form has none."""
    name, row, column = split_address(address)
    table = form.tables.get(name)
    if table is None:
        return ()
    return tuple(f"{name}.{leaf}.{column}" for leaf in table.expand(row) if column in table.columns_of(leaf))


def unknown_addresses(addresses: Iterable[str], form: Form) -> tuple[str, ...]:
    """Those of the addresses that a form does not have, as `unknown_keys` names them."""
    return tuple(f"address {address}" for address in addresses if not cells_of(address, form))
