"""Pictures of reports: a drawn table read cell by cell, whatever the scanner, the camera or the stamp did to it."""

from __future__ import annotations

import io
import random
import subprocess
import sys
from functools import cache

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from tasks.errors import DamagedDocument, DocumentTooLarge, NoTextLayer
from tasks.extract import extract, image
from tasks.extract.picture import models, straight
from tasks.printed import Agreement, Grid, GridCell, Paragraph, Printed

ROWS, COLUMNS = 6, 4
LEFT, TOP, WIDE, HIGH = 150, 260, 240, 64
SAMPLES = ["0", "7", "12", "305", "11", "", "48", "1", "9293.02", "-", "66", "2024"]


def figure(row: int, column: int) -> str:
    return SAMPLES[(row * COLUMNS + column * 7) % len(SAMPLES)]


@cache
def drawn(*, merged: bool = True, open_sides: bool = False) -> Image.Image:
    """A page with a heading in large figures and a table of figures; the first row's last two cells are one."""
    page = Image.new("RGB", (1500, 1000), "white")
    pen = ImageDraw.Draw(page)
    font = ImageFont.load_default(30)
    pen.text((LEFT, 90), "REPORT OF THE YEAR 2024", font=ImageFont.load_default(44), fill="black")
    for line, words in enumerate(("Figures as published by the agency", "and kept beside their evidence")):
        pen.text((LEFT, 160 + 40 * line), words, font=font, fill="black")
    right, bottom = LEFT + COLUMNS * WIDE, TOP + ROWS * HIGH
    for row in range(ROWS + 1):
        pen.line((LEFT, TOP + row * HIGH, right, TOP + row * HIGH), fill="black", width=2)
    for column in range(1 if open_sides else 0, COLUMNS if open_sides else COLUMNS + 1):
        start = TOP + HIGH if merged and column == COLUMNS - 1 else TOP
        pen.line((LEFT + column * WIDE, start, LEFT + column * WIDE, bottom), fill="black", width=2)
    for row in range(ROWS):
        for column in range(COLUMNS):
            if merged and row == 0 and column == COLUMNS - 1:
                continue
            wide = 2 * WIDE if merged and row == 0 and column == COLUMNS - 2 else WIDE
            middle = (LEFT + column * WIDE + wide / 2, TOP + row * HIGH + HIGH / 2)
            pen.text(middle, figure(row, column), font=font, fill="black", anchor="mm")
    return page


def encoded(page: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    page.save(buffer, kind, **options)
    return buffer.getvalue()


def read(data: bytes) -> Printed:
    (printed,) = extract(data, "scan.png")
    assert isinstance(printed, Printed)
    return printed


def grid_of(printed: Printed) -> Grid:
    (grid,) = [block for block in printed.blocks if isinstance(block, Grid)]
    return grid


def assert_as_drawn(grid: Grid) -> None:
    """Every cell as drawn; one that is sure and legible is never wrong."""
    assert (grid.rows, grid.columns) == (ROWS, COLUMNS)
    for cell in grid.cells:
        assert cell.text == figure(cell.row, cell.column), (cell.row, cell.column, cell.text)


def cell_at(grid: Grid, row: int, column: int) -> GridCell:
    return next(cell for cell in grid.cells if (cell.row, cell.column) == (row, column))


def with_noise(page: Image.Image) -> Image.Image:
    grain = np.random.default_rng(1).normal(0, 9, (page.height, page.width, 1))
    shade = np.linspace(1.0, 0.6, page.width)[None, :, None]
    return Image.fromarray(np.clip(np.asarray(page, np.float32) * shade + grain, 0, 255).astype(np.uint8))


def turned(page: Image.Image, angle: float) -> Image.Image:
    return page.rotate(angle, expand=True, fillcolor="white", resample=Image.Resampling.BICUBIC)


def photographed(page: Image.Image) -> Image.Image:
    wide, high = page.size
    source = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32)
    target = np.array([[30, 10], [wide - 40, 0], [wide, high], [0, high - 30]], np.float32)
    warp = cv2.getPerspectiveTransform(source, target)
    return Image.fromarray(cv2.warpPerspective(np.asarray(page), warp, page.size, borderValue=(230, 230, 228)))


def stamped(page: Image.Image) -> Image.Image:
    page = page.copy()
    pen = ImageDraw.Draw(page, "RGBA")
    pen.ellipse((600, 400, 900, 700), outline=(215, 40, 40, 210), width=16)
    pen.text((750, 550), "SEAL", font=ImageFont.load_default(90), fill=(215, 40, 40, 210), anchor="mm")
    return page


def test_a_clean_page_is_read_and_its_cells_are_sure() -> None:
    printed = read(encoded(drawn()))
    grid = grid_of(printed)
    assert_as_drawn(grid)
    assert printed.reader == "ocr"
    assert printed.media_type == "image/png"
    assert cell_at(grid, 0, COLUMNS - 2).colspan == 2
    unsure = [cell for cell in grid.cells if cell.agreement is not Agreement.AGREED or cell.confidence < 0.8]
    assert len(unsure) <= 2, unsure
    assert any("2024" in block.text for block in printed.blocks if isinstance(block, Paragraph))


@pytest.mark.parametrize("angle", [2.5, 180, 90])
def test_a_page_laid_askew_or_upside_down_is_read_upright(angle: float) -> None:
    assert_as_drawn(grid_of(read(encoded(turned(drawn(), angle)))))


def test_shadow_grain_and_compression_change_no_figure() -> None:
    assert_as_drawn(grid_of(read(encoded(with_noise(drawn()), "JPEG", quality=60))))


def test_a_photographed_page_is_read() -> None:
    assert_as_drawn(grid_of(read(encoded(photographed(drawn()), "JPEG"))))


def test_a_seal_over_figures_makes_no_figure_wrong_and_sure() -> None:
    grid = grid_of(read(encoded(stamped(drawn()))))
    for cell in grid.cells:
        assert cell.text == figure(cell.row, cell.column) or not cell.is_sure or cell.confidence < 0.9
    assert sum(cell.text == figure(cell.row, cell.column) for cell in grid.cells) >= len(grid.cells) - 3


def test_a_table_without_outer_sides_keeps_its_outer_columns() -> None:
    assert_as_drawn(grid_of(read(encoded(drawn(open_sides=True)))))


def test_a_lone_zero_one_and_dash_are_no_blanks_and_a_blank_is_no_zero() -> None:
    grid = grid_of(read(encoded(drawn())))
    seen = {cell.text for cell in grid.cells}
    assert {"0", "1", "-", ""} <= seen


def test_every_box_lies_around_its_cell_and_reads_the_same_again() -> None:
    data = encoded(turned(drawn(), 2))
    printed = read(data)
    page = cv2.cvtColor(np.asarray(turned(drawn(), 2)), cv2.COLOR_RGB2GRAY)
    placed = [cell for block in printed.blocks for cell in (block.cells if isinstance(block, Grid) else [block])]
    for one in random.Random(3).sample(placed, 3):
        assert one.locator.box is not None
        x0, y0, x1, y1 = (round(edge) for edge in one.locator.box)
        has_ink = bool((page[y0 + 14 : y1 - 14, x0 + 14 : x1 - 14] < 100).any())
        assert has_ink == bool(one.text)
        assert image.reread(data, one.locator) == one.text


def test_the_camera_s_orientation_is_honoured() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # shown turned by 90°
    data = encoded(drawn().rotate(90, expand=True), "JPEG", exif=exif)
    grid = grid_of(read(data))
    assert_as_drawn(grid)
    assert cell_at(grid, 0, 0).locator.box is not None
    assert abs(cell_at(grid, 0, 0).locator.box[0] - LEFT) < 6  # type: ignore[index]


def test_the_frames_of_a_tiff_are_pages() -> None:
    small = Image.new("RGB", (400, 300), "white")
    printed = read(encoded(small, "TIFF", save_all=True, append_images=[small]))
    assert printed.pages == 2
    assert not printed.blocks


def test_a_decompression_bomb_is_refused() -> None:
    with pytest.raises(DocumentTooLarge):
        extract(encoded(Image.new("1", (20000, 20000)), "PNG"), "bomb.png")


def test_a_cut_off_image_is_damaged() -> None:
    with pytest.raises(DamagedDocument):
        extract(encoded(drawn())[:3000], "cut.png")


def test_without_the_extra_the_message_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "is_installed", lambda: False)
    with pytest.raises(NoTextLayer, match=r"pip install \"gouji\[ocr\]\""):
        extract(encoded(drawn()), "scan.png")


def test_straight_pages_lead_back_to_the_picture() -> None:
    page = straight.straighten(np.asarray(turned(drawn(), 90)))
    height, width = page.grey.shape
    x0, y0, x1, y1 = page.on_picture((0, 0, width, height))
    assert abs(x1 - x0 - 1000) < 60
    assert abs(y1 - y0 - 1500) < 60


def test_nothing_heavy_is_loaded_before_a_picture_comes() -> None:
    code = (
        "import sys, tasks.extract, flows.read; sys.exit(any(name in sys.modules for name in ('cv2', 'onnxruntime', 'rapidocr')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
