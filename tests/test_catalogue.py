"""docs/rules.md says what the rules say, all of it."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from expectations.catalogue import load_words, markdown
from expectations.rule import RULES, load_rules
from flows.cli import app

PAGE = Path(__file__).parent.parent / "docs" / "rules.md"


def test_the_page_is_what_the_rules_give():
    assert PAGE.read_text(encoding="utf-8") == markdown(), "gouji rules --markdown > docs/rules.md"
    assert CliRunner().invoke(app, ["rules", "--markdown"]).output == markdown()


def test_every_rule_stands_there_with_its_sentence_authority_and_when_it_cannot_be_assessed():
    page = markdown()
    for rule in load_rules():
        assert f"### {rule.id} {rule.title}" in page
        assert all(text in page for text in (rule.says, rule.authority, rule.unknown))


def test_every_key_has_a_label():
    keys = {key for rule in load_rules() for key in rule.model_dump(exclude_defaults=True)} - {"id", "title"}
    assert keys <= set(load_words().labels)


def test_every_file_of_rules_has_a_title():
    assert {path.stem for path in RULES.glob("*.yml")} == set(load_words().files)
