"""Forms and rules are data: complete as the notices print them, and a mistake in a file is said in plain words."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from expectations import form, rule
from expectations.equation import parse_equation
from expectations.form import edition_for, form_for, load_forms
from expectations.rule import load_rules
from tasks.errors import BadForm


@pytest.mark.parametrize(
    ("edition", "disclosure", "applications", "disputes"), [("2019", 22, 23 * 7, 15), ("2021", 10, 25 * 7, 15)]
)
def test_the_official_tables_are_complete(edition, disclosure, applications, disputes):
    counts = {name: len(table.pairs()) for name, table in form_for(edition).tables.items()}
    assert counts == {"disclosure": disclosure, "applications": applications, "disputes": disputes}
    assert len(set(form_for(edition).addresses())) == disclosure + applications + disputes
    assert [section.number for section in form_for(edition).sections] == list("一二三四五六")


@pytest.mark.parametrize(("year", "edition"), [(2018, None), (2019, "2019"), (2020, "2019"), (2021, "2021"), (2025, "2021")])
def test_the_edition_of_a_year(year, edition):
    assert edition_for(year) == edition


def test_an_address_has_its_official_labels():
    labels = form_for("2021").labels("applications.denied.state_secret.natural")
    assert labels == ("三、收到和处理政府信息公开申请情况", "1.属于国家秘密", "自然人")


def test_an_unknown_edition_names_the_known_ones():
    with pytest.raises(BadForm, match="2019, 2021"):
        form_for("2031")


def test_a_new_year_is_a_data_file(tmp_path: Path):
    shutil.copytree(form.FORMS, tmp_path / "forms")
    text = (form.FORMS / "2021.yml").read_text(encoding="utf-8")
    text = (
        text.replace('edition: "2021"', 'edition: "2030"')
        .replace("{from: 2021}", "{from: 2030}")
        .replace("gongkai-2021", "gongkai-2030")
    )
    (tmp_path / "forms" / "2030.yml").write_text(text, encoding="utf-8")
    assert [one.edition for one in load_forms(tmp_path / "forms")] == ["2019", "2021", "2030"]


@pytest.mark.parametrize(
    ("wrong", "right", "told"),
    [
        ("edition: [", 'edition: "2021"', "not valid YAML"),
        ("editon: x", 'edition: "2021"', "editon"),
        ("rows: [penalty, coercions]", "rows: [penalty, coercion]", "coercions"),
    ],
)
def test_a_broken_form_is_said_in_plain_words(tmp_path: Path, wrong, right, told):
    file = tmp_path / "2021.yml"
    file.write_text((form.FORMS / "2021.yml").read_text(encoding="utf-8").replace(right, wrong), encoding="utf-8")
    with pytest.raises(BadForm) as error:
        load_forms(tmp_path)
    assert told in str(error.value) and str(file) in str(error.value)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("equation: new + carried_in", "equals"),
        ("equation: new + carried_inn = concluded + carried_out", "row carried_inn"),
        ("equation: new carried_in = concluded", "is not a term"),
        ("severity: grave", "severity"),
    ],
)
def test_a_broken_rule_is_said_in_plain_words(tmp_path: Path, wrong, told):
    text = (rule.RULES / "identities.yml").read_text(encoding="utf-8")
    key = wrong.partition(":")[0]
    line = next(line.strip() for line in text.splitlines() if line.strip().startswith(f"{key}:"))
    (tmp_path / "identities.yml").write_text(text.replace(line, wrong, 1), encoding="utf-8")
    with pytest.raises(BadForm) as error:
        load_rules(tmp_path)
    assert told in str(error.value) and "identities.yml" in str(error.value)


def test_a_rule_declared_twice_is_refused(tmp_path: Path):
    for name in ("a.yml", "b.yml"):
        shutil.copy(rule.RULES / "structure.yml", tmp_path / name)
    with pytest.raises(BadForm, match="declared twice"):
        load_rules(tmp_path)


def test_equations_are_read_with_signs_and_last_year():
    equation = parse_equation("in_force = previous.in_force + issued - repealed")
    assert [(t.sign, t.previous, t.key) for t in equation.right] == [
        (1, True, "in_force"),
        (1, False, "issued"),
        (-1, False, "repealed"),
    ]
    assert equation.looks_back
