"""The official wordings of a table, ready for looking printed labels up: exact keys first, likeness only where none fits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import pairwise

from rapidfuzz import fuzz, process

from expectations.form import Form, Table, load_forms
from tasks.normalise.labels import bare, key

ENOUGH = 0.6  # likeness under which two labels are not the same
SURE = 0.85  # likeness from which the label alone leaves no doubt
_BARE = 0.97  # what a label without its number, or with a note behind it, is worth
_INNER = 0.9  # what a label is worth behind which other words stand
_NAMES = 0.8  # likeness from which a header cell names a column
_BEGUN = 0.88  # what the beginning of a label is worth
_CUT = 6  # characters from which the beginning of a row's label may stand for it
_SHORT = 3  # characters from which the beginning of a column's label may stand for it

Matches = tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What a printed label may be: (official row, likeness), likeliest first, and how many of the row's words make it."""

    matches: Matches = ()
    words: int = 0

    @property
    def is_exact(self) -> bool:
        """Whether the label is in a known wording."""
        return bool(self.matches) and self.matches[0][1] >= _INNER


@dataclass(frozen=True)
class Official:
    """A table of one edition: its rows' keys and labels, and every known wording as a key."""

    name: str
    edition: str
    table: Table
    rows: tuple[str, ...]
    labels: tuple[str, ...]
    exact: dict[str, tuple[int, float]]
    wordings: dict[str, tuple[int, float]]  # for likeness: keys with and without number
    columns: dict[str, str]  # wording → column
    column_keys: tuple[tuple[str, str], ...]  # (wording, column), official wordings first
    corner: str
    articles: frozenset[str]
    groups: frozenset[str]  # labels over several rows: never a row's own
    elsewhere: frozenset[int]  # rows whose label stands over several rows in another edition
    found: dict[tuple[str, ...], Found] = field(default_factory=dict)


@cache
def officials(name: str) -> tuple[Official, ...]:
    """A table's editions, oldest first; editions that print the same table are one, with a blank edition."""
    kept: list[tuple[Form, Table]] = []
    same: set[int] = set()
    for form in load_forms():
        table = form.tables.get(name)
        if table is None:
            continue
        twin = next((n for n, (_, other) in enumerate(kept) if other == table), None)
        if twin is None:
            kept.append((form, table))
        else:
            same.add(twin)
    return tuple(_compile(name, "" if n in same else form.edition, table) for n, (form, table) in enumerate(kept))


def _groups(table: Table) -> frozenset[str]:
    labels = [label for leaf in table.leaves() for label in leaf.labels[:-1]]
    return frozenset([key(label) for label in labels] + [bare(label) for label in labels])


def _compile(name: str, edition: str, table: Table) -> Official:
    leaves = table.leaves()
    others = [form.tables[name] for form in load_forms() if name in form.tables]
    elsewhere = frozenset(wording for other in others for wording in _groups(other))
    exact: dict[str, tuple[int, float]] = {}
    wordings: dict[str, tuple[int, float]] = {}
    for number, leaf in enumerate(leaves):
        for wording in (leaf.label, *leaf.aliases):
            exact[key(wording)] = (number, 1.0)
            wordings.setdefault(key(wording), (number, 1.0))
    for number, leaf in enumerate(leaves):
        for wording in (leaf.label, *leaf.aliases):
            for depth in range(len(leaf.labels) - 1):
                exact.setdefault(key("".join((*leaf.labels[depth:-1], wording))), (number, 1.0))
            exact.setdefault(bare(wording), (number, _BARE))
            wordings.setdefault(bare(wording), (number, _BARE))
    columns = [(key(label), name) for name, column in table.columns.items() for label in (column.label,)]
    columns += [(key(alias), name) for name, column in table.columns.items() for alias in column.aliases]
    return Official(
        name=name,
        edition=edition,
        table=table,
        rows=tuple(leaf.key for leaf in leaves),
        labels=tuple(leaf.label for leaf in leaves),
        exact=exact,
        wordings=wordings,
        columns=dict(reversed(columns)),
        column_keys=tuple(columns),
        corner=key(table.corner),
        articles=frozenset(key(block.article) for block in table.blocks),
        groups=_groups(table),
        elsewhere=frozenset(n for n, leaf in enumerate(leaves) if key(leaf.label) in elsewhere),
    )


def find(official: Official, words: tuple[str, ...]) -> Found:
    """Which official rows the words before a row's figures may name. Words are keys, from left to right."""
    known = official.found.get(words)
    if known is None:
        if len(official.found) > 8192:
            official.found.clear()
        known = official.found[words] = _exact(official, words) or alike(official, words)
    return known


def _exact(official: Official, words: tuple[str, ...]) -> Found | None:
    """The last words, alone or with those around them; then words further left (what follows may be a text among figures)."""
    for end in range(len(words), 0, -1):
        last = words[end - 1]
        tried = [last, "".join(words[:end])]
        if end > 1:
            tried += [words[end - 2] + last, last + words[end - 2]]
        hits = [hit for text in tried if (hit := official.exact.get(text)) is not None]
        if hits:
            row, worth = max(hits, key=lambda hit: hit[1])
            return Found(((row, worth if end == len(words) else min(worth, _INNER)),), end)
    return None


def alike(official: Official, words: tuple[str, ...]) -> Found:
    """The rows whose labels are like the last words, alone or with those before."""
    if not words or words[-1] in official.groups:
        return Found()
    best: dict[int, float] = {}
    for text in {words[-1], "".join(words), "".join(words[-2:])}:
        if len(text) >= _CUT:
            best |= {row: _BEGUN for wording, (row, _) in official.wordings.items() if wording.startswith(text)}
        hits = process.extract(text, official.wordings.keys(), scorer=fuzz.ratio, score_cutoff=100 * ENOUGH, limit=None)
        for wording, ratio, _ in hits:
            row, worth = official.wordings[wording]
            best[row] = max(best.get(row, 0.0), ratio / 100 - (1.0 - worth))
    kept = [(row, likeness) for row, likeness in best.items() if likeness >= ENOUGH]
    return Found(tuple(sorted(kept, key=lambda match: -match[1])), len(words))


def nearest(labels: Iterable[str], printed: str) -> str:
    """The official label most like a printed one, for messages; blank where none is."""
    hit = process.extractOne(key(printed), {label: key(label) for label in labels}, scorer=fuzz.ratio, score_cutoff=30)
    return hit[2] if hit else ""


def column(official: Official, text: str) -> str:
    """The column that a header's key names, exactly or nearly; blank for none."""
    return official.columns.get(text) or (_column_alike(official.column_keys, text) if len(text) > 1 else "")


@lru_cache(maxsize=4096)
def _column_alike(known: Sequence[tuple[str, str]], text: str) -> str:
    ratios = sorted(((fuzz.ratio(text, wording) / 100, name) for wording, name in known), reverse=True)
    return ratios[0][1] if ratios[0][0] >= _NAMES and _is_apart(ratios) else ""


def _is_apart(ratios: Sequence[tuple[float, str]]) -> bool:
    """Whether the likeliest column is likelier than every other one."""
    (best, name), *others = ratios
    return all(ratio < best for ratio, other in others if other != name)


def begins(official: Official, text: str, name: str) -> bool:
    """Whether a header's key is the beginning of a column's label: the rest was cut off."""
    return len(text) >= _SHORT and any(wording.startswith(text) for wording, other in official.column_keys if other == name)


def fit(official: Official, text: str) -> float:
    """How like a header's key is to one of the edition's own column labels (0 to 1), to tell editions apart."""
    return _fit(official.column_keys[: len(official.table.columns)], text)


@lru_cache(maxsize=4096)
def _fit(known: Sequence[tuple[str, str]], text: str) -> float:
    best = max((fuzz.ratio(text, wording) / 100 for wording, _ in known), default=0.0)
    return best if best >= _NAMES else 0.0


def is_rising(places: Sequence[int]) -> bool:
    """Whether each place lies behind the one before."""
    return all(a < b for a, b in pairwise(places))
