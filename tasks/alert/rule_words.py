"""What rules are called and say in other languages, and the remarks that checks print: rules.<language>.yml.

A remark is a pattern with {names}, which stand for what the check filled in. Names in `shapes` fit only what is shaped so.
"""

from __future__ import annotations

import re
from functools import cache

from pydantic import BaseModel, ConfigDict

from expectations.form import load_yaml
from expectations.rule import Rule, load_rules
from tasks.alert.wording import CANONICAL, FOLDER, load_wording, other_languages

_PARTS = {"；": "series", "、": "listing"}  # how checks part the parts of a remark, and the mark that parts them elsewhere
_NAME = re.compile(r"\{(\w+)\}")


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RuleWords(_Strict):
    """A rule's title, its sentence, and on whose authority it stands."""

    title: str
    says: str
    authority: str


class RulesWords(_Strict):
    """rules.<language>.yml: rules by their id, remarks by the Chinese one."""

    rules: dict[str, RuleWords]
    shapes: dict[str, str]
    remarks: dict[str, str]


@cache
def load_rule_words(language: str) -> RulesWords:
    """A language's words of the rules. Raises BadForm naming the key that is wrong."""
    return load_yaml(FOLDER / f"rules.{language}.yml", RulesWords)


def check_words() -> None:
    """Raise BadForm where a language's words of supervisors' messages or of the rules are wrong."""
    for language in (CANONICAL, *other_languages()):
        load_wording(language)
        rules_in(language)


@cache
def rules_in(language: str) -> tuple[Rule, ...]:
    """The rules in their order, with what they are called and say in a language."""
    if language == CANONICAL:
        return load_rules()
    words = load_rule_words(language).rules
    return tuple(rule.model_copy(update=words[rule.id].model_dump()) if rule.id in words else rule for rule in load_rules())


def says_in(language: str, rule: str, says: str) -> str:
    """What a rule says; a sentence of a rule that has none in the language stays as it is, quoted."""
    if language == CANONICAL:
        return says
    words = load_rule_words(language).rules.get(rule)
    return words.says if words else load_wording(language).marks.quoted.format(text=says)


def remark_in(language: str, remark: str) -> str:
    """A check's remark; one that has no words in the language, or a part of it that has none, stays as it is, quoted."""
    if language == CANONICAL or not remark:
        return remark
    return _translate(language, remark) or load_wording(language).marks.quoted.format(text=remark)


def _translate(language: str, remark: str) -> str:
    """The remark as a whole, then part by part, then as one that holds marks of its own (a quotation); else blank."""
    return _whole(language, remark, False) or _parts(language, remark) or _whole(language, remark, True)


def _whole(language: str, remark: str, holds_marks: bool) -> str:
    for pattern, words in _patterns(language, holds_marks):
        if found := pattern.fullmatch(remark):
            return words.format(**{name: _filled(language, text) for name, text in found.groupdict().items()})
    return ""


def _parts(language: str, remark: str) -> str:
    for mark, name in _PARTS.items():
        parts = [_translate(language, part) for part in remark.split(mark)] if mark in remark else []
        if parts and all(parts):
            return str(getattr(load_wording(language).marks, name)).join(parts)
    return ""


def _filled(language: str, text: str) -> str:
    return (_translate(language, text) or text) if text else text


@cache
def _patterns(language: str, holds_marks: bool) -> tuple[tuple[re.Pattern[str], str], ...]:
    words, usual = load_rule_words(language), ".*?" if holds_marks else "[^；]*?"

    def pattern(remark: str) -> re.Pattern[str]:
        text, *named = _NAME.split(remark)  # text and names in turn
        parts = [re.escape(text)]
        for name, after in zip(named[::2], named[1::2], strict=True):
            parts.append(f"(?P<{name}>{words.shapes.get(name, usual)}){re.escape(after)}")
        return re.compile("".join(parts), re.DOTALL)

    return tuple((pattern(remark), said) for remark, said in words.remarks.items())
