"""Read the official forms (forms/*.yml): tables, rows, columns and labels as the notices print them, or say what is wrong.

Sources: 国办公开办函〔2019〕60号 (report years 2019, 2020) and 国办公开办函〔2021〕30号 (2021 on).
"""

from __future__ import annotations

from functools import cache, cached_property
from itertools import product
from pathlib import Path
from typing import Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from tasks.errors import BadForm

FORMS = Path(__file__).parent / "forms"
M = TypeVar("M", bound=BaseModel)


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Section(_Strict):
    """One of the six sections: its number as printed, its title, and other wordings seen."""

    id: str
    number: str
    title: str
    aliases: tuple[str, ...] = ()


class Years(_Strict):
    """Report years (统计年度) a form applies to; `to` is None while it is in force."""

    first: int = Field(alias="from")
    last: int | None = Field(default=None, alias="to")

    def __contains__(self, year: int) -> bool:
        return self.first <= year and (self.last is None or year <= self.last)


class Column(_Strict):
    """A column: its label, unit (blank where the table's unit holds), and which numbers it may hold."""

    label: str
    aliases: tuple[str, ...] = ()
    unit: str | None = None
    value: Literal["count", "signed", "decimal"] = "count"


class Row(_Strict):
    """A printed row, or a group of rows under one merged label (then `rows` holds them)."""

    label: str
    aliases: tuple[str, ...] = ()
    under: str = ""
    rows: dict[str, Row] = Field(default_factory=dict)


class Block(_Strict):
    """One block of table 二: the article it answers to, its rows and its columns."""

    article: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]


class Leaf(_Strict):
    """A row that carries figures: its key (`denied.state_secret`), its labels from the outermost in."""

    key: str
    labels: tuple[str, ...]
    aliases: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The row's own label, as the form prints it."""
        return self.labels[-1]


class Table(_Strict):
    """A statutory table. matrix: rows × columns; blocks: table 二; strip: one printed row, row after row (table 四)."""

    heading: str
    layout: Literal["matrix", "blocks", "strip"]
    unit: str
    corner: str = ""
    header_groups: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = ()
    columns: dict[str, Column]
    rows: dict[str, Row]

    @model_validator(mode="after")
    def _blocks_name_rows_and_columns(self) -> Table:
        for block in self.blocks:
            for unknown in [r for r in block.rows if r not in self.rows] + [c for c in block.columns if c not in self.columns]:
                raise ValueError(f"block {block.article} names {unknown}, which is no row or column of the table")
        if (self.layout == "blocks") != bool(self.blocks):
            raise ValueError("a table of layout blocks lists its blocks, and no other layout does")
        return self

    def leaves(self) -> tuple[Leaf, ...]:
        """The rows that carry figures, in the form's order."""
        return self._leaves

    def columns_of(self, row: str) -> tuple[str, ...]:
        """The columns in which a row carries figures."""
        for block in self.blocks:
            if row in block.rows:
                return block.columns
        return tuple(self.columns)

    def expand(self, key: str) -> tuple[str, ...]:
        """The leaves that a row key stands for: itself, or the rows of its group. Empty for an unknown key."""
        return self._expanded.get(key, ())

    @cached_property
    def _leaves(self) -> tuple[Leaf, ...]:
        return tuple(_leaves(self.rows, "", ()))

    @cached_property
    def _expanded(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for leaf in self._leaves:
            parts = leaf.key.split(".")
            for end in range(1, len(parts) + 1):
                key = ".".join(parts[:end])
                found[key] = (*found.get(key, ()), leaf.key)
        return found

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Every (row, column) that carries a figure, in the form's order."""
        return tuple(pair for leaf in self.leaves() for pair in product([leaf.key], self.columns_of(leaf.key)))


class Form(_Strict):
    """An edition of the annual report's form."""

    form: str
    edition: str
    name: str
    authority: str
    years: Years
    sections: tuple[Section, ...]
    tables: dict[str, Table]

    def addresses(self) -> tuple[str, ...]:
        """Every address (table.row.column) of the form, in its order."""
        return tuple(f"{name}.{row}.{column}" for name, table in self.tables.items() for row, column in table.pairs())

    def labels(self, address: str) -> tuple[str, str, str]:
        """The official (heading, row label, column label) of an address, for people. KeyError for a foreign address."""
        name, row, column = split_address(address)
        table = self.tables[name]
        leaf = next((leaf for leaf in table.leaves() if leaf.key == row), None)
        if leaf is None:
            raise KeyError(address)
        return table.heading, leaf.label, table.columns[column].label


def _leaves(rows: dict[str, Row], prefix: str, labels: tuple[str, ...]) -> list[Leaf]:
    leaves: list[Leaf] = []
    for key, row in rows.items():
        outer = (*labels, row.under) if row.under else labels
        if row.rows:
            leaves += _leaves(row.rows, f"{prefix}{key}.", (*outer, row.label))
        else:
            leaves.append(Leaf(key=f"{prefix}{key}", labels=(*outer, row.label), aliases=row.aliases))
    return leaves


def split_address(address: str) -> tuple[str, str, str]:
    """`applications.denied.state_secret.natural` → ("applications", "denied.state_secret", "natural")."""
    table, _, rest = address.partition(".")
    row, _, column = rest.rpartition(".")
    return table, row, column


@cache
def load_forms(folder: Path = FORMS) -> tuple[Form, ...]:
    """All forms of a folder, oldest first. Raises BadForm, naming the file and the key that is wrong."""
    forms = [_load(path) for path in sorted(folder.glob("*.yml"))]
    if not forms:
        raise BadForm("no form", where=str(folder), expected="at least one *.yml", remedy="Reinstall gouji.")
    return tuple(sorted(forms, key=lambda form: form.years.first))


def form_for(edition: str) -> Form:
    """The form of an edition ("2019", "2021"). Raises BadForm when there is none."""
    for form in load_forms():
        if form.edition == edition:
            return form
    known = ", ".join(form.edition for form in load_forms())
    raise BadForm(f"no form of edition {edition!r}", expected=f"one of {known}", remedy="Add a file to expectations/forms/.")


def edition_for(year: int) -> str | None:
    """The edition that the law asks for in a report year, or None before 2019."""
    return next((form.edition for form in load_forms() if year in form.years), None)


def _load(path: Path) -> Form:
    return load_yaml(path, Form)


def load_yaml(path: Path, model: type[M]) -> M:
    """Read one of our data files into its model. Raises BadForm with the file, the key and the remedy."""
    try:
        data: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
        return model.model_validate(data)
    except OSError as error:
        raise BadForm(
            f"cannot be opened ({error.strerror})", where=str(path), remedy="Check the path and its permissions."
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}, line {mark.line + 1}" if mark else str(path)
        problem = getattr(error, "problem", None) or str(error)
        raise BadForm(f"is not valid YAML ({problem})", where=where, remedy="Correct the line.") from error
    except ValidationError as error:
        wrong = [f"key {'.'.join(map(str, one['loc'])) or 'the top level'}: {one['msg']}" for one in error.errors()]
        problem = "; ".join(wrong[:3])
        raise BadForm(problem, where=str(path), remedy="Correct the key; the other files there show the shape.") from error
