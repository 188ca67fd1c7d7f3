"""Write the catalogue of rules (docs/rules.md) from their files, so that it cannot say anything else than the rules do."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from expectations.agency_type import load_agency_types
from expectations.form import load_yaml
from expectations.rule import RULES, Rule, load_rules, rules_of

CATALOGUE = Path(__file__).parent / "catalogue.yml"
_FIRST = ("says", "authority", "severity", "editions", "agencies")
_LAST = ("unknown",)
_SAID = ("id", "title")


class Words(BaseModel):
    """catalogue.yml: headings and labels."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    title: str
    intro: str
    files: dict[str, str]
    severities: dict[str, str]
    all: str
    labels: dict[str, str]


@cache
def load_words() -> Words:
    """The words. Raises BadForm when the file is wrong."""
    return load_yaml(CATALOGUE, Words)


def markdown() -> str:
    """The whole catalogue, file after file, every key of every rule."""
    words = load_words()
    parts = [words.title, words.intro.strip(), "\n".join(_overview())]
    for path in sorted(RULES.glob("*.yml")):
        parts.append(f"## {words.files.get(path.stem, path.stem)}")
        parts += ["\n".join(_rule(rule)) for rule in rules_of(path)]
    return "\n\n".join(parts) + "\n"


def _overview() -> Iterator[str]:
    words = load_words()
    yield "| 规则 | 名称 | 级别 |"
    yield "|---|---|---|"
    for rule in load_rules():
        yield f"| {rule.id} | {rule.title} | {words.severities[rule.severity]} |"


def _rule(rule: Rule) -> Iterator[str]:
    stated = rule.model_dump(exclude_defaults=True)
    others = [key for key in stated if key not in (*_FIRST, *_LAST, *_SAID)]
    yield f"### {rule.id} {rule.title}"
    yield ""
    for key in (*_FIRST, *others, *_LAST):
        yield f"- {load_words().labels.get(key, key)}：{_value(key, getattr(rule, key))}"


def _value(key: str, value: Any) -> str:
    words = load_words()
    if key == "severity":
        return words.severities[value]
    if key == "agencies":
        labels = {each.type: each.label for each in load_agency_types()}
        return "、".join(labels[each] for each in value) or words.all
    if isinstance(value, BaseModel):
        value = value.model_dump(exclude_defaults=True)
    if isinstance(value, dict):
        return "；".join(f"`{name}` {_plain(each)}" for name, each in value.items())
    return _plain(value) or words.all


def _plain(value: Any) -> str:
    if isinstance(value, (tuple, list)):
        if any(isinstance(each, (tuple, list)) for each in value):
            return " 或 ".join(" + ".join(f"`{part}`" for part in each) for each in value)
        return "、".join(f"`{each}`" if isinstance(each, str) and not each.isalnum() else str(each) for each in value)
    return f"`{value}`" if isinstance(value, str) and value.isascii() else str(value)
