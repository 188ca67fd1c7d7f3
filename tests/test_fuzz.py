"""Spoilt files of every kind: each ends as a reading, a flagged reading or an explained quarantine, and nothing is told wrong."""

from __future__ import annotations

import io
from collections import Counter
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from flows.read import read_document
from tasks.errors import FormError
from tasks.extract.office import find_office
from tasks.normalise import normalise
from tasks.printed import Grid, GridCell, Locator, Printed
from tests.fuzzing import Seed, distinct, faults, kind_of, run, spoil
from tests.paper import to_text

COUNT = 2000
SEED = 20_261_125


def test_two_thousand_spoilt_files_end_explained_and_none_is_told_wrong() -> None:
    became: Counter[str] = Counter()
    failed = []
    for spoilt, outcomes, wrong in run(COUNT, SEED, workers=2):
        became[kind_of(outcomes)] += 1
        failed += [f"{spoilt.seed.name} ({spoilt.how}): {each}" for each in wrong]
    assert not failed
    assert sum(became.values()) == COUNT
    assert min(became[kind] for kind in ("read", "flagged", "quarantined")) > COUNT // 50, became


def _pictures() -> list[Seed]:
    """Small pictures of a table, in the formats that scans come in."""
    drawn = Image.new("L", (420, 260), 255)
    pen = ImageDraw.Draw(drawn)
    for k in range(5):
        pen.line((20, 20 + 50 * k, 400, 20 + 50 * k), 0, 2)
        pen.line((20 + 95 * k, 20, 20 + 95 * k, 220), 0, 2)
        pen.text((50 + 95 * min(k, 3), 40), str(k * 7), 0)
    seeds = []
    for kind in ("PNG", "JPEG", "GIF", "BMP", "TIFF"):
        buffer = io.BytesIO()
        drawn.save(buffer, kind)
        seeds.append(Seed(kind, buffer.getvalue(), {}))
    return seeds


def test_twenty_spoilt_pictures_end_explained() -> None:
    random = Random(SEED)
    pictures = _pictures()
    for number in range(20):
        spoilt = spoil(pictures[number % len(pictures)], random)
        outcomes = read_document(spoilt.data, "picture", "0" * 64)
        assert not list(faults(spoilt, outcomes))


@pytest.mark.skipif(find_office() is None, reason="LibreOffice is not installed")
def test_twenty_spoilt_files_for_libreoffice_end_explained() -> None:
    random = Random(SEED)
    text = to_text(distinct()).decode()
    body = "".join(rf"\u{ord(char) if ord(char) < 32768 else ord(char) - 65536}?" if ord(char) > 126 else char for char in text)
    seed = Seed("rtf", (r"{\rtf1\ansi " + body.replace("\n", r"\par ").replace("\t", r"\tab ") + "}").encode(), {})
    for _ in range(20):
        spoilt = spoil(seed, random)
        outcomes = read_document(spoilt.data, "report.rtf", "0" * 64)
        assert not [fault for fault in faults(spoilt, outcomes) if "hangs" in fault or "no outcome" in fault]


@st.composite
def grids(draw: st.DrawFn) -> Grid:
    """Grids no reader would make: spans anywhere, words and figures anywhere."""
    rows, columns = draw(st.integers(1, 12)), draw(st.integers(1, 10))
    words = st.sampled_from(
        ["", "0", "12", "/", "自然人", "总计", "信息内容", "规章", "行政复议", "一、本年新收政府信息公开申请数量", "（七）总计"]
    )
    cells = draw(
        st.lists(
            st.builds(
                GridCell,
                st.integers(0, rows - 1),
                st.integers(0, columns - 1),
                st.integers(1, 4),
                st.integers(1, 4),
                st.one_of(words, st.text(max_size=6)),
                st.builds(Locator, line=st.integers(1, 99)),
            ),
            max_size=60,
        )
    )
    return Grid(tuple(cells), rows + 4, columns + 4, loose=draw(st.booleans()))


@settings(max_examples=60)
@given(st.lists(grids(), max_size=4))
def test_no_grid_makes_placement_fail_otherwise_than_in_words(blocks: list[Grid]) -> None:
    try:
        normalise(Printed(tuple(blocks), (), "text", "1", "text/plain"), "0" * 64)
    except FormError as error:
        assert str(error)
