"""What a printed figure says: nothing repaired, nothing guessed, the raw text never lost."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.normalise.values import is_doubtful, is_value, parse
from tasks.records import Semantics

WIDE = str.maketrans("0123456789,.+-", "０１２３４５６７８９，．＋－")


@pytest.mark.parametrize(
    ("raw", "value", "unit"),
    [
        ("1 234", 1234, ""),
        ("1\u2009234", 1234, ""),
        ("1，234，567", 1234567, ""),
        ("10\n1", 101, ""),
        ("１２．５", Decimal("12.5"), ""),
        ("−3", -3, ""),
        ("—3", -3, ""),
        ("+0", 0, ""),
        ("3\u200b件", 3, "件"),
        ("1,204 万元", 1204, "万元"),
        ("0.00", 0, ""),
    ],
)
def test_numbers_are_read_however_they_are_set(raw, value, unit):
    found = parse(raw)
    assert (found[0], found[2]) == (value, unit)
    assert found[1] is (Semantics.NUMERIC if value else Semantics.ZERO)


@pytest.mark.parametrize(
    "raw",
    [
        "约12",
        "12①",
        "1.2万",
        "〇",
        "○",
        "零",
        "O",
        "o",
        "l2",
        "12/3",
        "—0",
        "-0",
        "00",
        "0\n0",
        "012",
        "1,23",
        "12,34,567",
        ".5",
        "5.",
        "1.2.3",
        "12%",
        "٣",
        "内0部",
        "5-6",
        "1+1",
        "(3)",
        "2023年",
    ],
)
def test_what_is_no_plain_number_is_text(raw):
    assert parse(raw) == (None, Semantics.TEXT, "")
    assert not is_value(raw)


@pytest.mark.parametrize(
    ("raw", "semantics"),
    [
        ("", "EMPTY"),
        ("\xa0", "EMPTY"),
        ("\u3000 \n", "EMPTY"),
        ("\ufeff", "EMPTY"),
        ("&nbsp;", "EMPTY"),
        ("/", "NA"),
        ("／", "NA"),
        ("－", "NA"),
        ("——", "NA"),
        ("无", "NA"),
        ("1\ufffd", "UNREADABLE"),
    ],
)
def test_blank_not_applicable_and_unreadable_are_told_apart(raw, semantics):
    assert parse(raw) == (None, Semantics(semantics), "")


def test_words_are_no_doubt_and_spoilt_figures_are():
    assert not is_doubtful("不涉及")
    assert all(is_doubtful(raw) for raw in ("内0部", "约12", "12①", "O", "部"))


@given(st.integers(-(10**12), 10**12), st.booleans(), st.booleans(), st.sampled_from(["", "件", "元", "万元"]), st.data())
def test_every_setting_of_a_number_says_the_same(value, thousands, wide, unit, data):
    text = f"{value:,}" if thousands else str(value)
    digits = [n for n in range(1, len(text)) if text[n - 1 : n + 1].isdigit()]
    at = data.draw(st.sampled_from(digits)) if digits else 0
    text = text[:at] + data.draw(st.sampled_from(["", " ", "\n", "\u2009", "\u200b"])) + text[at:] if at else text
    assert parse((text.translate(WIDE) if wide else text) + unit) == (value, Semantics.NUMERIC if value else Semantics.ZERO, unit)


@given(st.text(max_size=12))
def test_a_value_is_never_more_than_what_is_printed(raw):
    value, semantics, _ = parse(raw)
    assert (value is not None) == (semantics in (Semantics.NUMERIC, Semantics.ZERO))
    assert value is None or sum(char.isdecimal() for char in raw) >= len(str(abs(value)).replace(".", "").lstrip("0"))
