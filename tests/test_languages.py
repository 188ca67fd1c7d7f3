"""Digests in English beside Chinese: complete, with the same figures, and Chinese only where a reader must find the cell."""

from __future__ import annotations

import io
import re
from decimal import Decimal
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine, select, text, update

from expectations.agency_type import load_agency_types
from expectations.form import load_forms
from expectations.rule import AmountRule, NarrativeRule, load_rules
from tasks.alert import AlertOptions, alert
from tasks.alert.cutting import fit
from tasks.alert.notice_list import Wanted, list_notices
from tasks.alert.remedial import as_csv, as_xlsx, remedial_rows
from tasks.alert.routing import Route, Routing
from tasks.alert.rule_words import load_rule_words, remark_in, rules_in
from tasks.alert.sentences import facts_of, say, split_sentence
from tasks.alert.services import load_channels
from tasks.alert.wording import CANONICAL, load_wording, other_languages
from tasks.errors import BadForm
from tasks.records import Finding, Outcome, Severity, Suspect
from tests.test_alert import BALANCE, CITY, COUNTY, N1, N2, N3, N4, Office, Receiver, clock, news, receiver
from warehouse import schema
from warehouse.asof import statements

__all__ = ["receiver"]

CHINESE = re.compile(r"[一-鿿]+")
NAMES = re.compile(r"\{(\w+)(?::[^}]*)?\}")
IDENTIFIERS = {"row_key", "column_key"}  # our English names of rows and columns, which Chinese has no use for
EDITIONS = (("applications", "2021"), ("disputes", "2021"), ("disclosure", "2021"))
EN = Routing(supervisors={CITY: Route(language="en")})
OTHERS = pytest.mark.parametrize("language", other_languages())


@pytest.fixture
def office(engine: Engine) -> Office:
    office = Office(engine)
    office.agency("water", "甲市水利局", CITY)
    office.agency("school", "甲市教育局", CITY)
    office.agency("town", "乙县某镇人民政府", COUNTY)
    return office


def phrases(words: Any, at: str = "") -> dict[str, str]:
    """Every phrase of a wording by where it stands."""
    if isinstance(words, str):
        return {at: words}
    inner = words.items() if isinstance(words, dict) else enumerate(words) if isinstance(words, tuple | list) else ()
    return dict(chain.from_iterable(phrases(each, f"{at}.{key}").items() for key, each in inner))


@OTHERS
def test_every_language_has_every_phrase_with_the_same_names(language: str) -> None:
    ours, theirs = (load_wording(each).model_dump() for each in (CANONICAL, language))
    assert theirs.pop("engineering") == {}, "maintainers are told in Chinese"
    assert theirs["remedial"].pop("expected") == {}, "which side a rule trusts is no matter of language"
    ours.pop("engineering")
    ours["remedial"].pop("expected")
    assert [age["nights"] for age in theirs["ages"]] == [age["nights"] for age in ours["ages"]]
    chinese, other = phrases(ours), phrases(theirs)
    assert set(other) == set(chinese)
    for place, phrase in chinese.items():
        assert set(NAMES.findall(other[place])) - IDENTIFIERS == set(NAMES.findall(phrase)), place


@OTHERS
def test_every_rule_has_its_words_and_every_remark_its_names(language: str) -> None:
    words = load_rule_words(language)
    assert set(words.rules) == {rule.id for rule in load_rules()}
    for remark, said in words.remarks.items():
        assert sorted(NAMES.findall(said)) == sorted(NAMES.findall(remark)), remark
    told = rules_in(language)
    assert [rule.id for rule in told] == [rule.id for rule in load_rules()]
    assert not {rule.title for rule in told} & {rule.title for rule in load_rules()}
    labels = {each.label for each in load_agency_types()}
    labels |= {label for rule in load_rules() if isinstance(rule, NarrativeRule) for label in rule.measures.values()}
    labels |= {each.label for rule in load_rules() if isinstance(rule, AmountRule) for each in rule.ceilings}
    assert labels <= set(words.remarks)


def test_a_language_that_nobody_wrote_is_refused_with_the_remedy() -> None:
    with pytest.raises(BadForm, match=r"wording\.xx\.yml"):
        load_wording("xx")


def finding(rule: str = "T3-BAL", scope: str = "applications.*.natural", **more: Any) -> Finding:
    says = next(each.says for each in load_rules() if each.id == rule)
    fixed = {"severity": Severity.ERROR, "agency_id": "w", "year": 2024, "outcome": Outcome.BROKEN, "says": says}
    return Finding(rule=rule, scope=scope, **fixed, **more)


def test_an_english_sentence_reads_like_one() -> None:
    slip = Suspect((("applications.new.natural", 3), ("applications.carried_in.natural", None)), "transposed")
    sentence = say(finding(left=12, right=11, delta=1, suspects=(slip,)), "云澜市水利局", EDITIONS, "en")
    assert sentence == (
        "云澜市水利局 2024 annual report: Table 三, column “自然人” (natural): new plus carried over is 12, "
        "concluded plus carried forward is 11, a difference of 1. Likely cause: digits were transposed "
        "(Table 三, row “一、本年新收政府信息公开申请数量” (new), column “自然人” (natural) should probably be 3; "
        "Table 三, row “二、上年结转政府信息公开申请数量” (carried_in), column “自然人” (natural) is to be checked). "
        "Basis: Items 一 and 二 together must equal the total (七) of item 三 and item 四 together."
    )
    whose, found, basis = split_sentence(sentence, "en")
    assert whose == "云澜市水利局 2024 annual report"
    assert found.startswith("Table 三, column")
    assert basis.startswith("Basis: Items")


def test_cells_and_blanks_are_named_in_english() -> None:
    cells = ("applications.new.natural", "applications.new.total")
    blank = say(finding("T-BLANK", "applications", reason="2处：“”、“/”（不是数字）", cells=cells), "甲局", EDITIONS, "en")
    row = "“一、本年新收政府信息公开申请数量” (new)"
    assert ": Table 三: 2 cells: (blank), “/” (no number). Concerns row " in blank
    assert f"Concerns row {row}, column “自然人” (natural); row {row}, column “总计” (total). Basis" in blank


@pytest.mark.parametrize(
    ("remark", "said"),
    [
        ("期限为2026-03-31，栏目中未见", "Was due by 2026-03-31; not seen in its column"),
        (
            "栏目所列日期为2026-04-02，期限为2026-03-31，逾期2天；可能为重新发布",
            "The column gives 2026-04-02 as its date; due by 2026-03-31, 2 days late; it may have been published again",
        ),
        (
            "2个数据有改动：a.b.c由1改为2；a.b.d由（空）改为3等",
            "2 figures were altered: a.b.c from 1 to 2; a.b.d from (blank) to 3, and others",
        ),
        (
            "该单位为政府部门，a.b.c为5、a.b.d实为6（人工复核，原读“8”）",
            "The agency is among the government departments: a.b.c is 5, a.b.d is 6 (checked by a person; read as “8”)",
        ),
        ("新收申请，正文：“今年；新收3件”", "On new applications the text says “今年；新收3件”"),
        (
            "正文所写年份为2022年，与上年报告也不一致；新收申请，正文：“收3件；办2件”",
            "The text gives 2022 as the year, and does not agree with last year's report either; "
            "on new applications it says “收3件；办2件”",
        ),
        (
            "三、甲用的是2019年格式；四、乙用的是2019年格式，2022年度应为2021年格式",
            "“三、甲” uses the form of 2019; “四、乙” uses the form of 2019; for 2022 it should be that of 2021",
        ),
        (
            "正文与甲局同年报告重复95%，各项数据完全相同；另有2份也雷同",
            "The text repeats 95% of the report of 甲局 for the same year, and all figures are the same; 2 more are alike",
        ),
        ("约为上年的10.5倍；a.b.c实为5（人工复核）", "About 10.5 times last year's; a.b.c is 5 (checked by a person)"),
        ("超过县级机关通常的上限100000", "Above 100000, the most that is usual for agencies of counties"),
        ("无人译过的话", "“无人译过的话” (in Chinese)"),
    ],
)
def test_remarks_are_put_into_english_and_what_cannot_be_is_quoted(remark: str, said: str) -> None:
    assert remark_in("en", remark) == said
    assert remark_in(CANONICAL, remark) == remark


@cache
def scopes() -> tuple[str, ...]:
    tables = load_forms()[-1].tables
    cells = [
        f"{name}.{leaf.key}.{column}" for name, t in tables.items() for leaf in t.leaves() for column in t.columns_of(leaf.key)
    ]
    return (*cells, *dict.fromkeys(f"{cell.split('.')[0]}.*.{cell.split('.')[-1]}" for cell in cells), *tables, "report")


figures = st.none() | st.integers(0, 10**6) | st.decimals(0, 10**5, places=2)
suspects = st.builds(
    Suspect,
    st.lists(st.tuples(st.sampled_from(scopes()[:200]), figures), max_size=5).map(tuple),
    st.sampled_from(("transposed", "digit_dropped", "misprinted", "other", "")),
)
remarks = st.sampled_from(
    ("", "约为上年的10.5倍", "3处：“12,000”（不是数字）、“-4”（负数）等", "新收申请，正文：“新收3件”", "本年7月新法")
)


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from([rule.id for rule in load_rules()]),
    st.sampled_from(scopes()),
    figures,
    figures,
    st.lists(suspects, max_size=4),
    remarks,
)
def test_both_languages_tell_the_same_figures(
    rule: str, scope: str, left: int | Decimal | None, right: int | Decimal | None, causes: list[Suspect], remark: str
) -> None:
    told = finding(rule, scope, left=left, right=right, suspects=tuple(causes), reason=remark)
    chinese, english = say(told, "甲局", EDITIONS), say(told, "甲局", EDITIONS, "en")
    numbers = [sorted(re.findall(r"\d[\d.,]*(?<=\d)", part)) for part in (facts_of(chinese), split_sentence(english, "en")[1])]
    assert numbers[0] == numbers[1]
    assert split_sentence(english, "en")[0] == "甲局 2024 annual report"


def left_over(written: str) -> set[str]:
    """The Chinese in an English text that is no agency's name, no label of the form, no document's number and no quotation."""
    for name in ("甲市水利局", "甲市教育局", "乙县某镇人民政府", CITY, COUNTY):
        written = written.replace(name, "")
    written = re.sub(r"“[^“”]*”|(?:国办公开办函|国办函)〔\d{4}〕\d+号|国务院令第711号", "", written)
    labels = set("一二三四五六七八九")
    return set(CHINESE.findall(written)) - labels


def four_nights(office: Office, options: AlertOptions) -> list[str]:
    """The Markdown and HTML of the city's digests of four eventful nights, its subjects, and what its news say."""
    office.report("water", 2022, N1)
    office.report("school", 2022, N1)
    office.report("water", 2023, N1, BALANCE, ("X-CARRY", "applications.*.total", 3, 2), ("T4-SUM", "disputes.review.*", 5, None))
    why = {"state": "missing", "reason": "期限为2026-03-31，栏目中未见", "url": "http://x.example", "sha256": None}
    office.put("board", agency_id="school", year=2025, night=N1, is_current=True, **why)
    told = [news(office, N1, options)]
    office.report("water", 2023, N2, ("T3-BAL", "applications.*.natural", 14, 11))
    office.sight("water", 2022, N2, "withdrawn")
    office.sight("school", 2022, N2, "missed", reason="SourceUnreachable: no answer")
    office.column("school", N2, "SourceBlocked")
    told.append(news(office, N2, options))
    office.assess("water", 2023, N3)
    office.column("school", N3, "SourceBlocked")
    told.append(news(office, N3, options))
    office.report("water", 2023, N4, ("T3-BAL", "applications.*.natural", 14, 11))
    office.column("school", N4)
    told.append(news(office, N4, options))
    said = [path.read_text(encoding="utf-8") for each in told for path in each.files]
    said += [row.subject for row in office.outbox() if row.supervisor == CITY]
    return [*said, *(line for each in told for line in (*each.new, *each.changed, *each.resolved, *each.reopened, *each.events))]


def test_an_english_digest_holds_no_chinese_but_names_labels_and_quotations(office: Office, tmp_path: Path) -> None:
    told = four_nights(office, AlertOptions(tmp_path / "outbox", EN))
    assert len(told) > 20
    for written in told:
        assert not left_over(written)
    everything = "\n".join(told)
    for phrase in (
        "Table 三, column “自然人” (natural): new plus carried over is 12",
        "Corrected by the agency on 2026-11-21",
        "Our system had misread the report; the agency made no mistake",
        "甲市水利局 2022 annual report: taken down",
        "could not be read (the site refuses access), which does not mean that nothing was published (since 2026-11-21)",
        f"[gouji] {CITY} 2026-11-20: New 3, Report changes 2",
        "Items 一 and 二 together must equal",
    ):
        assert phrase in everything, phrase


def test_each_supervisor_is_told_in_its_own_language(office: Office, tmp_path: Path) -> None:
    office.report("water", 2023, N1, BALANCE)
    office.report("town", 2023, N1, BALANCE)
    options = AlertOptions(tmp_path / "outbox", EN)
    county, city = (news(office, N1, options, each) for each in (COUNTY, CITY))
    assert county.new[0].startswith("乙县某镇人民政府2023年度报告：表三“自然人”列，")
    assert county.events == ("新收录乙县某镇人民政府2023年度报告",)
    assert city.events == ("甲市水利局 2023 annual report: collected for the first time",)


def test_english_changes_nothing_of_how_a_notice_is_recognised(office: Office, tmp_path: Path) -> None:
    office.report("water", 2023, N1, BALANCE)
    first = alert(office.engine, N1, AlertOptions(tmp_path / "outbox", EN), clock)
    rows = office.rows()
    assert alert(office.engine, N1, AlertOptions(tmp_path / "outbox", EN), clock) == first
    assert office.rows() == rows
    with office.engine.connect() as connection:
        stored = connection.execute(select(schema.notice)).one()
        event = connection.execute(select(schema.notice_event)).one()
    assert stored.sentence.startswith("甲市水利局2023年度报告：")
    assert stored.translations == event.translations
    assert stored.translations["en"]["sentence"].startswith("甲市水利局 2023 annual report: Table 三")
    assert alert(office.engine, N2, AlertOptions(tmp_path / "outbox", EN), clock)[1].changed == ()


def test_a_notice_of_before_is_told_in_chinese_and_why_it_closed_in_english(office: Office, tmp_path: Path) -> None:
    office.report("water", 2023, N1, BALANCE)
    options = AlertOptions(tmp_path / "outbox", Routing(supervisors={CITY: Route(language="en", always=True)}))
    alert(office.engine, N1, options, clock)
    with office.engine.begin() as connection:
        connection.execute(update(schema.notice).values(translations={}))
        connection.execute(update(schema.notice_event).values(translations={}))
    standing = news(office, N2, options)
    assert (standing.new, standing.changed, standing.still_open) == ((), (), 1)
    assert "表三“自然人”列，本年新收与上年结转之和为 12" in standing.files[0].read_text(encoding="utf-8")
    office.report("water", 2023, N3)
    closed = news(office, N3, options).resolved
    assert closed == (
        "甲市水利局2023年度报告：表三“自然人”列，本年新收与上年结转之和为 12，办结总计与结转下年之和为 11，相差 1. "
        "Corrected by the agency on 2026-11-22.",
    )


def test_the_view_of_a_past_night_has_what_was_told_then(office: Office, tmp_path: Path) -> None:
    office.report("water", 2023, N1, BALANCE)
    alert(office.engine, N1, AlertOptions(tmp_path / "outbox", EN), clock)
    office.report("water", 2023, N2, ("T3-BAL", "applications.*.natural", 14, 11))
    alert(office.engine, N2, AlertOptions(tmp_path / "outbox", EN), clock)
    of = "main" if office.engine.dialect.name == "sqlite" else "public"
    engine = create_engine(office.engine.url)
    with engine.connect() as connection:
        for statement in statements(N1, of):
            connection.exec_driver_sql(statement.replace("%", "%%") if of == "public" else statement)
        told = str(connection.execute(text("select translations from notice")).scalar_one())
    engine.dispose()
    assert "a difference of 1." in told
    assert "a difference of 3." not in told


def test_what_is_added_on_the_way_is_in_the_language_of_the_message(office: Office, tmp_path: Path, receiver: Receiver) -> None:
    office.report("water", 2023, N1, BALANCE)
    office.report("town", 2023, N1, BALANCE)
    routing = Routing(Route((receiver.url,)), {CITY: Route((receiver.url,), language="en")})
    alert(office.engine, N1, AlertOptions(tmp_path / "outbox", routing), clock)
    by_title = {message["title"]: message for message in receiver.received}
    english = by_title[f"[gouji] {CITY} 2026-11-20: New 1, Report changes 1"]
    assert "\nFull text: file `" in english["message"]
    assert english["message"].rstrip().splitlines()[-1].startswith("Attached: file `")
    assert english["links"][0]["name"] == "full text"  # type: ignore[index]
    chinese = next(message for title, message in by_title.items() if COUNTY in title)
    assert "\n全文：文件 `" in chinese["message"]
    assert chinese["message"].rstrip().splitlines()[-1].startswith("附件：文件 `")
    small = load_channels().services["wecom"].model_copy(update={"limit": 60})
    assert fit("", "- one\n- " + "two " * 20, "", "here", small, "en") == "- one\n\n… 1 more, see here"


def test_maintainers_are_written_to_in_chinese_whatever_everybody_asked_for(tmp_path: Path) -> None:
    options = AlertOptions(tmp_path, Routing(Route(language="en")))
    maintainers = (load_wording().engineering["to"], load_channels().undelivered["to"])
    assert [options.routes().language_of(each) for each in (*maintainers, CITY)] == [CANONICAL, CANONICAL, "en"]


def test_the_list_of_corrections_is_in_english_where_it_is_asked_for(office: Office, tmp_path: Path) -> None:
    office.report("water", 2023, N1, BALANCE)
    slip = [{"cells": [["applications.new.natural", 11]], "cause": "digit_wrong"}]
    with office.engine.begin() as connection:
        connection.execute(update(schema.finding).values(suspects=slip))
    alert(office.engine, N1, AlertOptions(tmp_path / "outbox"), clock)
    with office.engine.connect() as connection:
        rows = remedial_rows(connection, list_notices(connection, Wanted()), "en")
        chinese = remedial_rows(connection, list_notices(connection, Wanted()))
    sheet = openpyxl.load_workbook(io.BytesIO(as_xlsx(rows, ["error"], N1, "en"))).active
    assert sheet is not None
    assert sheet.title == "Corrections"
    head, row = ([str(cell.value or "") for cell in line] for line in sheet.iter_rows())
    assert head[:4] == ["No.", "Agency", "Year", "Rule"]
    assert "Table 三: balance (T3-BAL)" in row
    assert any(cell.startswith("one wrong digit (Table 三, row “一、本年新收") for cell in row)
    assert not left_over(" ".join([*head, *row]))
    assert as_csv(rows, "en").decode("utf-8-sig").startswith("No.,Agency,Year,Rule")
    assert chinese[0]["cause"] == "错写一位数字（表三“一、本年新收政府信息公开申请数量”行“自然人”列建议核为 11）"
