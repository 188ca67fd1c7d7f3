"""What a web page prints is read as a browser shows it, whatever the markup; each text leads back to where it stands."""

from __future__ import annotations

import base64
import json
import re
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paper import Paper, change, html_table, rows, to_html, tying

from tasks.errors import DocumentTooLarge, NoTextLayer, ReadError
from tasks.extract import html
from tasks.extract.encodings import decode
from tasks.normalise import normalise
from tasks.printed import Agreement, Grid, Paragraph, Printed

PAPER = tying(seed=5)


def grids(markup: str | bytes) -> list[Grid]:
    return [block for block in printed(markup).blocks if isinstance(block, Grid)]


def printed(markup: str | bytes) -> Printed:
    data = markup if isinstance(markup, bytes) else markup.encode()
    read = html.read(data)
    items = [item for block in read.blocks for item in ([block] if isinstance(block, Paragraph) else block.cells)]
    for item in items if len(items) < 40 else items[3::29]:
        assert "".join(html.reread(data, item.locator).split()) == "".join(item.text.split()), item.locator
    return read


def paragraphs(markup: str | bytes) -> list[str]:
    return [block.text for block in printed(markup).blocks if isinstance(block, Paragraph)]


def texts(grid: Grid) -> list[list[str]]:
    return [[cell.text for cell in grid.cells if cell.row == row] for row in range(grid.rows)]


def one(body: str) -> list[list[str]]:
    """The texts of a page's only table, by rows."""
    (grid,) = grids(f"<body>{body}</body>")
    return texts(grid)


def figures(markup: str | bytes) -> dict[str, str]:
    """The raw figures of a page, all of them certain."""
    (reading,) = normalise(printed(markup), "0" * 64)
    assert all(cell.certain for cell in reading.cells), [cell for cell in reading.cells if not cell.certain][:3]
    return {cell.address: cell.raw for cell in reading.cells}


def article(paper: Paper = PAPER) -> str:
    """What stands in the page's body."""
    return re.search(r"(?s)<body>(.*)</body>", to_html(paper).decode())[1]


def page(body: str, head: str = "") -> str:
    return f"<!DOCTYPE html><html><head><meta charset='utf-8'>{head}</head><body>{body}</body></html>"


ROW = "<tr><td>规章</td><td>1</td><td>2</td></tr>"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<table><tr><td>规章<td>1<td>2<tr><td>许可<td>3<td>4</table>", [["规章", "1", "2"], ["许可", "3", "4"]]),
        ("<table><td>规章<td>1<td>2</table>", [["规章", "1", "2"]]),
        (f"<table><thead>{ROW}</thead>{ROW}</table>", [["规章", "1", "2"]] * 2),
        (f"<table><tfoot><tr><td>合计<td>9<td>9</tfoot><tbody>{ROW}</tbody></table>", [["规章", "1", "2"], ["合计", "9", "9"]]),
        ("<table><tr><td>规章</td><td>1</td><td></td><td>&nbsp;</td></tr></table>", [["规章", "1", "", ""]]),
        (f"<table>{ROW}<tr></tr>{ROW}</table>", [["规章", "1", "2"], [], ["规章", "1", "2"]]),
        ("<table><tr><td>一<br>二</td><td>1&#8203;2</td></tr></table>", [["一\n二", "12"]]),
        ("<table><tr><td>本年新\n制作</td><td>\n 7 \n</td></tr></table>", [["本年新 制作", "7"]]),
        ("<table><tr><td>a&nbsp</td><td>&amp;nbsp;</td><td>１２</td></tr></table>", [["a", "", "１２"]]),
        (
            "<table><tr><td>规章<o:p></o:p></td><td><span>1</span><font>0</font><o:p>&nbsp;</o:p></td></tr></table>",
            [["规章", "10"]],
        ),
        ("<table><tr><td><p>三</p><p>、</p></td><td><st1:chmetcnv>5</st1:chmetcnv></td></tr></table>", [["三\n、", "5"]]),
        (
            "<table><tr><td>规章</td><td><input value='12'></td><td><textarea>3</textarea></td></tr></table>",
            [["规章", "12", "3"]],
        ),
        ("<table><tr><td>规章<input type=hidden value=9></td><td><!--8-->7<script>6</script></td></tr></table>", [["规章", "7"]]),
        ("<table><tr><td><ruby>规<rt>gui</rt></ruby>章</td><td>1</td></tr></table>", [["规章", "1"]]),
        (f"<table>{ROW}<tr style='DISPLAY : NONE'><td>x<td>8<td>9</tr></table>", [["规章", "1", "2"]]),
        ("<table><tr><td>规章<td hidden>0</td><td>1</td></tr></table>", [["规章", "1"]]),
        ("<table><tr><td>规章</td><td>5<span style='mso-hide:all;display:none'>6</span></td></tr></table>", [["规章", "5"]]),
        (
            "<style>.x{color:red} .gone , .y { display : none }</style><table><tr><td>规章<td>1<i class=gone>2</i></table>",
            [["规章", "1"]],
        ),
        (f"<!--[if gte mso 9]><table>{ROW}</table><![endif]--><table>{ROW}</table>", [["规章", "1", "2"]]),
        (f"<![if !supportMisalignedRows]><table>{ROW}</table><![endif]>", [["规章", "1", "2"]]),
        (f"<div><!-- <table><tr><td>旧<td>9<td>9</table> --><table>{ROW}</table></div>", [["规章", "1", "2"]]),
        (
            "<div class=table><div class=row><div class=cell>规章</div><div class=cell>1</div></div>"
            "<div class=row><div class=cell>许可</div><div class=cell>2</div></div></div>",
            [["规章", "1"], ["许可", "2"]],
        ),
        (
            "<div style='display:table'><p style='display:table-row'><span style='display:table-cell'>规章</span>"
            "<span style='display: table-cell'>1</span></p><p style='display:table-row'>"
            "<span style='display:table-cell'>许可</span><span style='display:table-cell'>2</span></p></div>",
            [["规章", "1"], ["许可", "2"]],
        ),
        (
            "<div role=table><div role=rowgroup><div role=row><b role=cell>规章</b><b role=cell>1</b></div></div>"
            "<div role=row><b role=cell>许可</b><b role=cell>2</b></div></div>",
            [["规章", "1"], ["许可", "2"]],
        ),
    ],
)
def test_cells_print_what_a_browser_shows(body, expected):
    assert one(body) == expected


def test_columns_of_page_layout_are_no_table():
    assert not grids("<div class=container><div class=row><div class=col>甲</div></div><div class=row>乙</div></div>")
    assert paragraphs("<table><tr><td>题</td></tr><tr><td>正文</td></tr></table>") == ["题", "正文"]


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        ("<td rowspan=9>组</td>", [(0, 0, 3, 1), (0, 1, 1, 1), (1, 1, 1, 1), (2, 1, 1, 1)]),
        ("<td rowspan=0>组</td>", [(0, 0, 3, 1), (0, 1, 1, 1), (1, 1, 1, 1), (2, 1, 1, 1)]),
        ("<td rowspan=2>组</td>", [(0, 0, 2, 1), (0, 1, 1, 1), (1, 1, 1, 1), (2, 0, 1, 1)]),
        ("<td rowspan='x'>组</td>", [(0, 0, 1, 1), (0, 1, 1, 1), (1, 0, 1, 1), (2, 0, 1, 1)]),
    ],
)
def test_rowspans_reach_as_far_as_there_are_rows(first, expected):
    (grid,) = grids(f"<table><tr>{first}<td>1</td></tr><tr><td>2</td></tr><tr><td>3</td></tr></table>")
    assert [(cell.row, cell.column, cell.rowspan, cell.colspan) for cell in grid.cells] == expected
    assert not grid.repaired


def test_a_rowspan_ends_with_its_row_group():
    (grid,) = grids("<table><thead><tr><td rowspan=5>头</td><td>1</td></tr></thead><tbody><tr><td>2</td><td>3</td></tr></table>")
    assert [(cell.text, cell.row, cell.column, cell.rowspan) for cell in grid.cells] == [
        ("头", 0, 0, 1),
        ("1", 0, 1, 1),
        ("2", 1, 0, 1),
        ("3", 1, 1, 1),
    ]


def test_a_cell_may_fill_the_rest_of_its_row():
    (grid,) = grids("<table><tr><td colspan='100%'>题</td></tr><tr><td>a</td><td>1</td><td colspan=1000>2</td></tr></table>")
    assert (grid.columns, [cell.colspan for cell in grid.cells]) == (3, [3, 1, 1, 1])


def test_colliding_spans_are_noted():
    (grid,) = grids("<table><tr><td>a</td><td rowspan=2>b</td></tr><tr><td colspan=3>c</td><td>d</td></tr></table>")
    assert "row 2" in grid.repaired
    assert [(cell.text, cell.column) for cell in grid.cells] == [("a", 0), ("b", 1), ("c", 0), ("d", 2)]


def test_endless_spans_are_refused():
    markup = "<table>" + "<tr>" + "<td rowspan=65000 colspan=99>1</td>" * 30 + "</tr>" + "<tr><td>1</tr>" * 1000 + "</table>"
    with pytest.raises(DocumentTooLarge):
        html.read(markup.encode())


@pytest.mark.parametrize(
    ("cell", "text", "sure"),
    [
        ("5<sup>1</sup>", "5", True),
        ("5<sup>[2]</sup>", "5", True),
        ("<sup>①</sup>5", "5", True),
        ("5<span style='vertical-align: super'>1</span>", "5", True),
        ("<s>4</s>5", "5", True),
        ("<del>4</del> <strike>6</strike> 5", "5", True),
        ("5<span style='text-decoration: line-through'>0</span>", "5", True),
        ("<s>5</s>", "", False),
        ("<sup>5</sup>", "5", False),
        ("<span style='visibility:hidden'>5</span>", "", True),
    ],
)
def test_marks_and_struck_out_text_are_no_part_of_a_figure(cell, text, sure):
    (grid,) = grids(f"<table><tr><td>规章</td><td>{cell}</td></tr></table>")
    assert (grid.cells[1].text, grid.cells[1].is_sure) == (text, sure)


def test_what_was_left_out_is_said():
    read = printed("<table><tr><td>规章</td><td><s>40</s>5<sup>1</sup></td></tr></table>")
    assert any("struck out" in problem and "40" in problem for problem in read.problems)
    assert any("marks" in problem for problem in read.problems)
    assert paragraphs("<p>收到申请12<sup>1</sup>件，用地3m<sup>2</sup></p>") == ["收到申请12件，用地3m2"]


def test_a_hidden_cell_keeps_its_room_and_is_in_doubt():
    (grid,) = grids("<table><tr><td>规章</td><td style='visibility:hidden'>5</td><td>6</td></tr></table>")
    assert [(cell.text, cell.is_sure) for cell in grid.cells] == [("规章", True), ("", False), ("6", True)]


def test_a_layout_table_is_looked_into():
    assert figures(page(f"<table><tr><td width=20%>菜单</td><td>{article()}</td></tr></table>")) == PAPER.raw


def test_all_in_one_table_with_the_narrative_inside():
    prose = "<tr><td colspan=10><p>五、存在的主要问题及改进情况</p><p>" + "公开内容仍可充实，拟逐项改进。" * 12 + "</p></td></tr>"
    parts = [f"<tr><td colspan=10>{section.number}、{section.title}</td></tr>" for section in PAPER.form.sections]
    inner = [re.sub(r"</?table>", "", html_table(PAPER, name)) for name in ("disclosure", "applications", "disputes")]
    body = f"<h1>{PAPER.title}</h1><table>{parts[1]}{inner[0]}{parts[2]}{inner[1]}{parts[3]}{inner[2]}{prose}</table>"
    assert figures(page(body)) == PAPER.raw
    assert "五、存在的主要问题及改进情况" in paragraphs(page(body))


@pytest.mark.parametrize("header_again", [False, True])
def test_a_table_split_over_several(header_again):
    table = html_table(PAPER, "applications")
    printed_rows = re.findall(r"<tr>.*?</tr>", table)
    again = "".join(printed_rows[:3]) if header_again else ""
    # the group's cell ends with the part it stands in
    split = "".join(printed_rows[:15]) + f"</table><p></p><table>{again}" + "".join(printed_rows[15:])
    body = article().replace(table, f"<table>{split}</table>")
    assert len(grids(page(body))) == 4
    (reading,) = normalise(printed(page(body)), "0" * 64)
    assert {cell.address: cell.raw for cell in reading.cells} == PAPER.raw


BOXES = {
    "TRS": "<div class='view TRS_UEDITOR trs_paper_default'><div class=TRS_Editor>{}</div></div>",
    "Ucap": "<div id=UCAP-CONTENT><ucapcontent>{}</ucapcontent></div>",
    "Hanweb": "<table id=article><tr><td class=bt_content><div id=zoom><!--<$[信息内容]>begin-->{}</div></td></tr></table>",
    "VSB": "<form name=_newscontent_fromname><div id=vsb_content_2><div class=v_news_content>{}</div></div></form>",
    "gkmlpt": "<div class=article-content>{}</div>",
    "Anhui": "<div class=gkxl_article><div class='j-fontContent'>{}</div></div>",
}


@pytest.mark.parametrize("system", BOXES)
def test_the_article_of_a_portal_is_told_from_its_surroundings(system):
    nav = (
        "<div class=nav><ul>"
        + "<li><a href=/>政务公开</a></li>" * 300
        + "</ul></div><div class=crumb>首页 &gt; <a>年报</a></div>"
    )
    other = html_table(tying(seed=99), "disputes")
    aside = f"<div class=sidebar><h3>相关</h3><a href=1>乙局2023年政府信息公开工作年度报告</a>{other}</div>"
    foot = "<p><a>上一篇：乙局2023年年报</a></p><div class=friendlinks>友情链接</div><p>网站标识码 3200000001</p>"
    head = "<meta content='2024-01-20 10:00' name='PubDate'/><meta name=ArticleTitle content=年报>"
    markup = page(nav + "<h1>题</h1><p>发布日期：2024-01-20</p>" + BOXES[system].format(article()) + aside + foot, head)
    assert figures(markup) == PAPER.raw
    lines = paragraphs(markup)
    assert lines[:3] == ["题", "发布日期：2024-01-20", PAPER.title] or lines[:2] == ["题", "发布日期：2024-01-20"]
    assert not [line for line in lines if "乙局" in line or "标识码" in line or line == "政务公开"]
    assert dict(printed(markup).meta)["PubDate"] == "2024-01-20 10:00"


def escaped(text: str) -> str:
    return text.encode("ascii", "backslashreplace").decode().replace('"', '\\"').replace("</", "<\\/")


def lines_of(text: str, quote: str) -> list[str]:
    return [text[at : at + 700].replace("\\", "\\\\").replace(quote, "\\" + quote) for at in range(0, len(text), 700)]


BODY = article()
SCRIPTS = {
    "double": f'<script>var a="图"; var content = "{escaped(BODY)}";</script>',
    "single": "<script>// it's here\nvar re=/['\"]/g; document.write('" + BODY.replace("'", "\\'") + "');</script>",
    "back-tick": f"<script>let html = `{BODY}`; $('#a').html(html)</script>",
    "plus": "<script>var s = " + " +\n".join(f"'{line}'" for line in lines_of(BODY, "'")) + ";</script>",
    "appended": "<script>var s='';\n" + "\n".join(f"s += '{line}';" for line in lines_of(BODY, "'")) + "</script>",
    "written": "<script>" + "".join(f"document.write('{line}');\n" for line in lines_of(BODY, "'")) + "</script>",
    "listed": "<script>var s=[" + ",".join(f"'{line}'" for line in lines_of(BODY, "'")) + "].join('');</script>",
    "json": f"<script type='application/json'>{json.dumps({'data': {'title': 'x', 'content': BODY}})}</script>",
    "json in a string": "<script>var d=JSON.parse("
    + json.dumps(json.dumps({"content": BODY}, ensure_ascii=False))
    + ")</script>",
    "percent": f"<script>document.write(decodeURIComponent('{quote(BODY)}'))</script>",
    "unescape": '<script>document.write(unescape("'
    + re.sub(r"\\u(....)", r"%u\1", escaped(BODY)).replace("<", "%3C")
    + '"))</script>',
    "base64": f"<script>var x=atob('{base64.b64encode(BODY.encode()).decode()}')</script>",
    "template": f"<script type='text/html' id=t>{BODY}</script>",
    "cdata": f"<script type='text/xml'><record><![CDATA[{BODY}]]></record></script>",
    "textarea": f"<textarea style='display:none'>{BODY.replace('&', '&amp;').replace('<', '&lt;')}</textarea>",
    "escaped": f"<div hidden>{BODY.replace('&', '&amp;').replace('<', '&lt;')}</div>",
    "template tag": f"<template>{BODY}</template>",
    "noscript": f"<div><noscript>{BODY}</noscript></div>",
    "input": '<input type=hidden value="{}">'.format(BODY.replace('"', "&quot;")),
    "rows only": "<script>var t='{}'</script>".format(
        "".join(re.sub(r"</?table>", "", html_table(PAPER, name)) for name in ("disclosure", "applications", "disputes")).replace(
            "'", '"'
        )
    ),
}


@pytest.mark.parametrize("way", SCRIPTS)
def test_an_article_held_as_text_is_found(way):
    markup = page("<table><tr><td>索引号</td><td>1/2</td></tr></table><div id=app></div>" + SCRIPTS[way])
    assert figures(markup) == PAPER.raw
    held = [block for block in printed(markup).blocks if isinstance(block, Grid)][-1]
    assert held.cells[0].locator.path.startswith("script!/html[1]/body[1]/")


def test_what_only_running_a_script_tells_is_unreadable_not_blank():
    table = html_table(PAPER, "disputes").replace("'", '"')
    at = table.rindex("</td></tr>")
    cut = table.rindex(">", 0, at) + 1
    script = f"<script>var s='{table[:cut]}' + total + '{table[at:]}';</script>"
    (grid,) = grids(page(script))
    assert (grid.cells[-1].text, grid.cells[-1].is_sure) == ("\ufffd", False)
    assert all(cell.is_sure for cell in grid.cells[:-1])


def test_what_is_shown_goes_before_what_is_held():
    old = change(PAPER, applications__granted__natural="777")
    assert figures(page(article() + f"<script>var old=`{article(old)}`</script>")) == PAPER.raw
    assert figures(page(article() + f"<div style='display:none'>{article(old)}</div>")) == PAPER.raw


def test_an_article_shown_by_script_only_is_read_but_not_certain():
    (reading,) = normalise(printed(page(f"<div id=zoom style='display:none'>{article()}</div>")), "0" * 64)
    assert {cell.address: cell.raw for cell in reading.cells} == PAPER.raw
    assert not any(cell.certain for cell in reading.cells)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("<div class=pc>{}</div>", "<div class='wap'>{}</div>"),
        ("<div class='pc-content'>{}</div>", "<div class='mobile-content' style='display:none'>{}</div>"),
        ("<div>{}</div>", "<div>{}</div>"),
    ],
)
def test_copies_for_devices_are_read_once_and_differences_seen(first, second):
    prose = "<p>" + "本年度公开工作按计划推进，渠道畅通，内容充实。" * 10 + "</p>"
    once = article() + prose
    assert len(grids(page(first.format(once) + second.format(once)))) == 3
    assert figures(page(first.format(once) + second.format(once))) == PAPER.raw
    other = article(change(PAPER, applications__granted__natural="777")) + prose
    markup = page(first.format(once) + second.format(other))
    assert {cell.text for grid in grids(markup) for cell in grid.cells} >= {"777", PAPER.raw["applications.granted.natural"]}


def test_two_reports_on_one_page_stay_two():
    second = tying(seed=5, year=2022)
    markup = page(f"<div>{article()}</div><div>{article(second)}</div>")
    assert len(grids(markup)) == 6


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode("gb18030"),
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.encode("utf-16"),
        lambda text: text.encode("utf-16-le"),
        lambda text: text.encode("utf-16-be"),
        lambda text: text.encode("utf-32"),
        lambda text: text.encode().decode("latin-1").encode(),
        lambda text: text.encode() + "<p>版权所有</p>".encode("gb18030") + "<p>完</p>".encode(),
        lambda text: text.replace("<body>", "<body>\ufeff").replace("<h1>", "\ufeff<h1>").encode(),
        lambda text: text.encode()[:-9] + b"\xe5\xb9",
    ],
)
@pytest.mark.parametrize("declared", ["utf-8", "gb2312", "iso-8859-1"])
def test_the_declared_encoding_is_not_believed(encode, declared):
    markup = to_html(PAPER).decode().replace("charset='utf-8'", f"charset='{declared}'")
    assert figures(encode(markup)) == PAPER.raw


def test_a_stray_gbk_fragment_is_read_as_what_it_is():
    data = "年度报告".encode() * 50 + b"<p>" + "版权所有".encode("gb18030") + b"</p>" + "公开".encode() * 50
    assert "<p>版权所有</p>" in (decode(data) or "")
    assert decode("信息公开".encode("gb18030") * 30) == "信息公开" * 30
    assert decode(bytes(range(128, 256)) * 40) is None


def test_a_web_archive_is_its_page():
    import quopri

    body = quopri.encodestring(to_html(PAPER)).decode()
    archive = (
        "From: <Saved by Blink>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/related;\r\n\ttype="text/html"; boundary="xx"\r\n\r\n'
        f"--xx\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{body}\r\n"
        "--xx\r\nContent-Type: image/png\r\n"
        "Content-Transfer-Encoding: base64\r\nContent-Location: a.png\r\n\r\nAAAA\r\n--xx--\r\n"
    )
    assert figures(archive) == PAPER.raw


def test_xhtml_may_close_empty_elements_itself():
    xhtml = (
        '<?xml version="1.0" encoding="gb2312"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title/><script src="a"/></head>'
    )
    assert figures(f"{xhtml}<body><div/>{article()}</body></html>") == PAPER.raw


def test_a_definition_list_or_typed_lines_may_be_the_table():
    lines = ["<p>" + "&nbsp;&nbsp;".join(text for text, *_ in row if text) + "</p>" for row in rows(PAPER, "disclosure")]
    (reading,) = normalise(printed(page("".join(lines))), "0" * 64)
    wanted = {address: raw for address, raw in PAPER.raw.items() if address.startswith("disclosure.")}
    assert {cell.address: cell.raw for cell in reading.cells} == wanted


def test_a_preformatted_table_keeps_its_columns():
    body = "<pre>" + "\n".join("    ".join(text for text, *_ in row) for row in rows(PAPER, "disclosure")) + "</pre>"
    (reading,) = normalise(printed(page(body)), "0" * 64)
    assert {cell.raw for cell in reading.cells} == {raw for key, raw in PAPER.raw.items() if key.startswith("disclosure.")}


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("<iframe src='/nb/2023.html'></iframe>", "/nb/2023.html"),
        ("<p><a href='/a/1.pdf'>2023年报.pdf</a></p>", "2023年报.pdf"),
    ],
)
def test_a_report_without_tables_says_where_they_may_be(body, told):
    read = printed(page(f"<h1>{PAPER.title}</h1>{body}"))
    assert any(told in problem for problem in read.problems)


def test_a_report_of_linked_pictures_is_no_text():
    with pytest.raises(NoTextLayer, match=r"W020240101.jpg"):
        html.read(page(f"<h1>{PAPER.title}（图片版）</h1><p><img src='./W020240101.jpg' width=800></p>").encode())
    assert printed(page("<h1>通知</h1><img src=a.jpg>")).problems == ()


@pytest.mark.parametrize(
    "markup",
    [
        "<div>" * 100_000,
        "<table><tr><td>" * 50_000,
        "<p>" + "<font color=1>" * 20_000 + "<p>x" * 20_000,
        "</font>" * 9000 + "".join(f"<p><font c={n}>x" for n in range(9000)),
        "<b>" * 3000 + "x",
        "<a " + "b=1 " * 50_000 + ">",
        "<!--" * 50_000,
        "<script>" + "'<td>" * 50_000,
        "<script>var a='" + "\\" * 100_001 + "'</script>",
        "<td>" * 100_000,
        "&" * 100_000,
        "<script>var x=" + "[" * 100_000 + "'<table><td>'</script>",
        "<script>'" + "[" * 50_000 + "<td>'</script>",
    ],
)
def test_endless_markup_ends(markup):
    try:
        html.read(f"<html><body>{markup}".encode())
    except ReadError as error:
        assert str(error)


@given(st.binary(max_size=300), st.integers(0, 10**6))
def test_damaged_pages_end_as_print_or_an_explanation(noise, where):
    data = CLEAN
    at = where % len(data)
    try:
        read = html.read(data[:at] + noise + data[at + len(noise) :])
    except ReadError as error:
        assert str(error)
    else:
        assert all(cell.agreement in Agreement for block in read.blocks if isinstance(block, Grid) for cell in block.cells)


CLEAN = page(article() + SCRIPTS["plus"]).encode()
