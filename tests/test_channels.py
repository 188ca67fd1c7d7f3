"""Deliveries for real: mail to an SMTP server, and the chat services' payload forms to HTTP servers, with all their failures."""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import re
import shutil
import socket
import ssl
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import docx
import openpyxl
import pytest
import trustme
from receivers import Answer, Gateway, MailServer, gateway, mail_server
from sqlalchemy import Engine, select

from tasks.alert.channels import FILE, Message, channel_name, paths, put
from tasks.alert.chat import feishu_sign
from tasks.alert.cutting import fit, for_chat, measure
from tasks.alert.delivery import Routes, deliver
from tasks.alert.digest_set import TEMPLATES
from tasks.alert.refusal import retry_after
from tasks.alert.services import has_secret, load_channels, service_of, without_secrets
from tasks.alert.wording import load_wording
from warehouse.engine import open_warehouse, writing
from warehouse.schema import outbox

N1, N2, N3 = (date(2026, 11, day) for day in (20, 21, 22))
CITY = "甲市政务公开办"
SUBJECT = "【勾稽】甲市政务公开办 2026-11-20：新发现 2"
TEXT = "# 通报\n\n## 新发现（2）\n\n### 甲局 · 2023年度\n\n- **错误·勾稽**　表（三）相差 1\n\n- **错误·勾稽**　表（四）相差 2\n\n原文：<http://a.example/2023.html>\n"
HTML = "<!DOCTYPE html><html><body><h1>通报</h1><p>相差 1</p></body></html>"
SERVICES = ("dingtalk", "wecom", "feishu")
MAINTAINERS = load_channels().undelivered["to"]
QUICK = load_channels().patience.model_copy(update={"first_seconds": 0.01, "longest_seconds": 2.0, "channel_seconds": 20.0})


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("migrated") / "gouji.db"
    open_warehouse(f"sqlite:///{path}").dispose()
    return path


@pytest.fixture
def engine(migrated: Path, tmp_path: Path) -> Iterator[Engine]:
    """An empty warehouse; what differs between databases is not at stake here."""
    opened = open_warehouse(f"sqlite:///{shutil.copy(migrated, tmp_path / 'gouji.db')}")
    yield opened
    opened.dispose()


@pytest.fixture
def web() -> Iterator[Gateway]:
    with gateway() as server:
        yield server


@pytest.fixture
def post_office() -> Iterator[MailServer]:
    with mail_server("hush-hush") as server:
        yield server


def clock() -> datetime:
    return datetime(2026, 11, 20, 18, 30, tzinfo=UTC)


def letter(**changes: Any) -> Message:
    return replace(Message(CITY, N1, SUBJECT, TEXT, HTML), **changes)


def send(engine: Engine, folder: Path, *urls: str, message: Message | None = None, night: date = N1, **more: Any) -> list[Any]:
    """Put a message on these channels and deliver; gives the rows of the channels."""
    with writing(engine) as connection:
        put(connection, message or letter(), (FILE, *(channel_name(url) for url in urls)))
    return again(engine, folder, *urls, night=night, **more)


def again(engine: Engine, folder: Path, *urls: str, night: date = N1, **more: Any) -> list[Any]:
    deliver(engine, night, Routes(folder, urls, **{"patience": QUICK, **more}), clock)
    return [row for row in rows(engine) if row.channel != FILE and row.supervisor != MAINTAINERS]


def rows(engine: Engine) -> list[Any]:
    with engine.connect() as connection:
        return list(connection.execute(select(outbox).order_by(outbox.c.key)))


def chat_url(service: str, port: int, more: str = "") -> str:
    return f"{service}+http://127.0.0.1:{port}/robot/send?token=abcdef123456{more}"


def mail_url(port: int, more: str = "") -> str:
    return f"mailto://clerk:hush-hush@office.example:{port}/head@city.example?smtp=127.0.0.1&name=勾稽{more}"


def text_of(service: str, body: dict[str, Any]) -> str:
    if service == "dingtalk":
        return str(body["markdown"]["text"])
    return str(body["markdown"]["content"] if service == "wecom" else body["card"]["elements"][0]["content"])


# ---- mail


def test_a_mail_has_plain_text_and_html_and_a_subject_in_chinese(engine: Engine, tmp_path: Path, post_office: MailServer) -> None:
    (row,) = send(engine, tmp_path / "out", mail_url(post_office.port, "&cc=deputy@city.example"))
    assert (row.attempts, row.error) == (1, "")
    (mail,) = post_office.received
    assert mail["Subject"] == SUBJECT
    assert mail["From"].addresses[0].display_name == "勾稽"
    assert post_office.recipients == [["deputy@city.example", "head@city.example"]]
    assert mail.get_content_type() == "multipart/alternative"
    plain, page = mail.iter_parts()
    assert (plain.get_content_type(), page.get_content_type()) == ("text/plain", "text/html")
    assert plain.get_content().splitlines() == TEXT.splitlines()
    assert page.get_content().strip() == HTML


def test_a_mail_sent_again_has_the_same_message_id_and_is_counted(
    engine: Engine, tmp_path: Path, post_office: MailServer
) -> None:
    post_office.replies = ["451 later please", "554 no"]
    url = mail_url(post_office.port)
    (row,) = send(engine, tmp_path, url)
    assert (row.attempts, row.sent_at) == (2, None)
    assert "SMTP 554: no" in row.error
    (row,) = again(engine, tmp_path, url, night=N2)
    assert (row.attempts, row.error) == (3, "")
    assert len(post_office.received) == 3
    assert len({mail["Message-ID"] for mail in post_office.received}) == 1
    assert re.fullmatch(r"<\w{32}@office\.example>", post_office.received[0]["Message-ID"])
    again(engine, tmp_path, url, night=N3)
    assert len(post_office.received) == 3, "what was taken is not sent again"
    send(engine, tmp_path, url, message=letter(markdown=TEXT + "- 又一项\n"), night=N3)
    assert post_office.received[3]["Message-ID"] != post_office.received[0]["Message-ID"], "another text is another message"


def test_attachments_open(engine: Engine, tmp_path: Path, post_office: MailServer) -> None:
    folder = tmp_path / "out" / "2026-11-20"
    folder.mkdir(parents=True)
    book = openpyxl.Workbook()
    book.active.append(["单位", "甲局"])
    book.save(folder / "整改清单.xlsx")
    paper = docx.Document()
    paper.add_paragraph("整改通知书")
    paper.save(folder / "甲局 2023.docx")
    files = ("2026-11-20/整改清单.xlsx", "2026-11-20/甲局 2023.docx")
    (row,) = send(engine, tmp_path / "out", mail_url(post_office.port), message=letter(attachments=files))
    assert row.error == ""
    (mail,) = post_office.received
    assert mail.get_content_type() == "multipart/mixed"
    sheet, text = mail.iter_attachments()
    assert (sheet.get_filename(), text.get_filename()) == ("整改清单.xlsx", "甲局 2023.docx")
    assert openpyxl.load_workbook(BytesIO(sheet.get_content())).active["B1"].value == "甲局"
    assert docx.Document(BytesIO(text.get_content())).paragraphs[0].text == "整改通知书"


def test_files_too_large_for_a_mail_are_named_in_it(
    engine: Engine, tmp_path: Path, post_office: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = load_channels()
    small = {**limits.services, "mail": limits.services["mail"].model_copy(update={"attachments": 100})}
    monkeypatch.setattr("tasks.alert.services.load_channels", lambda: limits.model_copy(update={"services": small}))
    for name, size in (("a.xlsx", 60), ("b.xlsx", 60), ("c.xlsx", 40)):
        (tmp_path / name).write_bytes(b"x" * size)
    message = letter(attachments=("a.xlsx", "b.xlsx", "c.xlsx"))
    send(engine, tmp_path, mail_url(post_office.port), message=message, link_base="https://board.example/outbox/")
    (mail,) = post_office.received
    assert [part.get_filename() for part in mail.iter_attachments()] == ["a.xlsx", "c.xlsx"]
    assert "附件：[b.xlsx](https://board.example/outbox/b.xlsx)" in mail.get_body(("plain",)).get_content()
    assert "https://board.example/outbox/b.xlsx" in mail.get_body(("html",)).get_content()


@pytest.mark.parametrize("name", ["gone.xlsx", "../secret.txt"])
def test_an_attachment_that_is_not_there_is_said_and_sent_when_it_is(
    engine: Engine, tmp_path: Path, post_office: MailServer, name: str
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (tmp_path / "secret.txt").write_text("not for the outbox")
    (row,) = send(engine, folder, mail_url(post_office.port), message=letter(attachments=(name,)))
    assert "the attachment is not there" in row.error
    assert (row.attempts, post_office.received) == (0, [])
    if name == "gone.xlsx":
        (folder / name).write_bytes(b"x")
        assert again(engine, folder, mail_url(post_office.port), night=N2)[0].error == ""


def test_a_wrong_password_and_a_refused_mailbox_are_said_without_the_password(
    engine: Engine, tmp_path: Path, post_office: MailServer
) -> None:
    wrong = mail_url(post_office.port).replace("hush-hush", "s3cret-word")
    (row,) = send(engine, tmp_path, wrong)
    assert row.attempts == 1, "a wrong password is not tried again and again"
    assert "SMTP 535" in row.error
    assert "s3cret" not in row.error
    post_office.refused = {"gone@city.example"}
    refused = send(engine, tmp_path, mail_url(post_office.port, "&to=gone@city.example"))
    assert any("recipients refused: gone@city.example (550 no such mailbox)" in row.error for row in refused)


def test_a_mail_server_that_is_not_trusted_gets_no_mail(engine: Engine, tmp_path: Path) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with mail_server(context=context) as server:
        url = f"mailtos://clerk@office.example:{server.port}/head@city.example?smtp=127.0.0.1"
        (row,) = send(engine, tmp_path, url)
        assert "its certificate is not trusted" in row.error
        assert (row.attempts, server.received) == (1, [])
        assert again(engine, tmp_path, url, f"{url}&verify=no")[0].error != ""
        (other,) = (row for row in send(engine, tmp_path, f"{url}&verify=no") if row.sent_at)
        assert len(server.received) == 1 and other.attempts == 1


# ---- chat services


def test_dingtalk_gets_its_markdown_form_signed_with_the_time(engine: Engine, tmp_path: Path, web: Gateway) -> None:
    (row,) = send(engine, tmp_path, chat_url("dingtalk", web.port, "&secret=SECabc123"), link_base="https://board.example/out")
    assert row.error == ""
    (got,) = web.received
    assert (got.path, got.query["access_token"]) == ("/robot/send", ["abcdef123456"])
    (timestamp,), (sign,) = got.query["timestamp"], got.query["sign"]
    assert abs(time.time() * 1000 - int(timestamp)) < 60_000
    expected = hmac.new(b"SECabc123", f"{timestamp}\nSECabc123".encode(), hashlib.sha256).digest()
    assert base64.b64decode(sign) == expected
    assert (got.body["msgtype"], got.body["markdown"]["title"]) == ("markdown", SUBJECT)
    page = f"https://board.example/out/2026-11-20/{CITY}.html"
    assert re.search(r"全文：\[全文\]\((\S+)\)$", unquote(got.body["markdown"]["text"]))[1] == page  # type: ignore[index]


def test_wecom_gets_its_markdown_form(engine: Engine, tmp_path: Path, web: Gateway) -> None:
    send(engine, tmp_path, chat_url("wecom", web.port))
    (got,) = web.received
    assert (got.path, got.query["key"], got.body["msgtype"]) == ("/robot/send", ["abcdef123456"], "markdown")
    content = got.body["markdown"]["content"]
    assert content.startswith(f"**{SUBJECT}**\n\n# 通报")
    assert "原文：[链接](http://a.example/2023.html)" in content
    assert str(paths(tmp_path, CITY, N1)[1]) in content, "without an address the file is named"


def test_feishu_gets_its_card_signed_with_the_time(engine: Engine, tmp_path: Path, web: Gateway) -> None:
    send(engine, tmp_path, chat_url("feishu", web.port, "&secret=abc"))
    (got,) = web.received
    assert (got.path, got.body["msg_type"]) == ("/robot/send/abcdef123456", "interactive")
    assert got.body["card"]["header"]["title"] == {"tag": "plain_text", "content": SUBJECT}
    key = f"{got.body['timestamp']}\nabc".encode()
    assert got.body["sign"] == feishu_sign(got.body["timestamp"], "abc")
    assert base64.b64decode(got.body["sign"]) == hmac.new(key, b"", hashlib.sha256).digest()
    assert "相差 1" in text_of("feishu", got.body)


def test_a_webhook_gets_key_and_links(engine: Engine, tmp_path: Path, web: Gateway) -> None:
    send(engine, tmp_path, f"json://clerk:hush-hush@127.0.0.1:{web.port}/hook?:room=7", link_base="https://board.example")
    (got,) = web.received
    assert (got.body["title"], got.body["message"].startswith("# 通报"), got.body["room"]) == (SUBJECT, True, "7")
    assert got.body["key"] == got.headers["X-Gouji-Key"]
    assert unquote(got.body["links"][0]["url"]) == f"https://board.example/2026-11-20/{CITY}.html"
    assert base64.b64decode(got.headers["Authorization"].removeprefix("Basic ")) == b"clerk:hush-hush"


def test_the_services_own_schemes_go_to_their_own_hosts() -> None:
    from tasks.alert.chat import chat

    hosts = {
        "dingtalk://SECabc@abcdef123456/13900000000": "https://oapi.dingtalk.com/robot/send?access_token=",
        "wecombot://abcdef-123456": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=",
        "feishu://abcdef-123456?secret=abc": "https://open.feishu.cn/open-apis/bot/v2/hook/",
        "lark://abcdef-123456": "https://open.larksuite.com/open-apis/bot/v2/hook/",
    }
    for url, host in hosts.items():
        plugin: Any = chat(service_of(url)[0], url)
        assert plugin.notify_url.startswith(host)


# ---- failures


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("failure", [Answer(429, "slow down", {"Retry-After": "1"}), Answer(500, "oops")])
def test_a_passing_failure_is_tried_again_the_same_night(
    engine: Engine, tmp_path: Path, web: Gateway, service: str, failure: Answer
) -> None:
    web.answers = [failure, Answer()]
    start = time.monotonic()
    (row,) = send(engine, tmp_path, chat_url(service, web.port))
    assert (row.attempts, row.error) == (2, "")
    assert len({got.headers["X-Gouji-Key"] for got in web.received}) == 1
    if failure.headers:
        assert time.monotonic() - start >= 1, "as long as the service asks"


def test_a_robot_gets_no_more_messages_a_minute_than_it_takes(engine: Engine, tmp_path: Path, web: Gateway) -> None:
    url, start = chat_url("dingtalk", web.port), time.monotonic()
    with writing(engine) as connection:
        put(connection, letter(to="乙县政务公开办"), (channel_name(url),))
    send(engine, tmp_path, url)
    assert len(web.received) == 2
    assert time.monotonic() - start >= 60 / 20, "20 a minute, or it shuts us out for ten"


def test_a_service_that_asks_for_an_hour_is_left_alone_for_the_night(engine: Engine, tmp_path: Path, web: Gateway) -> None:
    web.answers = [Answer(429, "", {"Retry-After": "3600"})]
    url = chat_url("wecom", web.port)
    with writing(engine) as connection:
        put(connection, letter(to="乙县"), (channel_name(url),))
    result = send(engine, tmp_path, url)
    assert sorted(row.attempts for row in result) == [0, 1]
    assert len(web.received) == 1
    assert any("had its time tonight" in row.error for row in result)
    web.answers = [Answer()]
    assert all(row.sent_at for row in again(engine, tmp_path, url, night=N2))


@pytest.mark.parametrize(
    ("service", "answer", "said"),
    [
        ("dingtalk", {"errcode": 310000, "errmsg": "keywords not in content"}, "errcode 310000: keywords not in content"),
        ("wecom", {"errcode": 93000, "errmsg": "invalid webhook url"}, "errcode 93000: invalid webhook url"),
        ("feishu", {"code": 19021, "msg": "sign match fail"}, "code 19021: sign match fail"),
    ],
)
def test_an_error_code_in_an_answer_of_200_is_a_failure_with_its_words(
    engine: Engine, tmp_path: Path, web: Gateway, service: str, answer: dict[str, Any], said: str
) -> None:
    web.answers = [Answer(200, answer)]
    (row,) = send(engine, tmp_path, chat_url(service, web.port))
    assert row.sent_at is None
    assert said in row.error
    assert row.attempts == 1, "a refusal for good is not repeated"


@pytest.mark.parametrize(
    ("service", "code", "name"), [("dingtalk", 130101, "errcode"), ("wecom", 45009, "errcode"), ("feishu", 11232, "code")]
)
def test_an_error_code_that_asks_for_patience_is_tried_again(
    engine: Engine, tmp_path: Path, web: Gateway, service: str, code: int, name: str
) -> None:
    web.answers = [Answer(200, {name: code}), Answer()]
    assert send(engine, tmp_path, chat_url(service, web.port))[0].attempts == 2


def test_an_answer_that_is_no_json_is_no_success(engine: Engine, tmp_path: Path, web: Gateway) -> None:
    web.answers = [Answer(200, "<html>login</html>")]
    (row,) = send(engine, tmp_path, chat_url("feishu", web.port))
    assert "not with the JSON that it documents" in row.error


def test_time_outs_are_bounded_and_a_slow_channel_stops_no_other(
    engine: Engine, tmp_path: Path, web: Gateway, post_office: MailServer
) -> None:
    web.answers = [Answer(pause=1.0)]
    slow = chat_url("dingtalk", web.port, "&rto=0.2")
    patience = QUICK.model_copy(update={"tries": 2})
    start = time.monotonic()
    by_channel = {row.channel: row for row in send(engine, tmp_path, slow, mail_url(post_office.port), patience=patience)}
    assert time.monotonic() - start < 3
    assert "it did not answer in time" in by_channel[channel_name(slow)].error
    assert by_channel[channel_name(slow)].attempts == 2
    assert by_channel[channel_name(mail_url(post_office.port))].sent_at is not None
    assert paths(tmp_path, CITY, N1)[0].is_file()


def test_no_connection_and_an_untrusted_certificate_are_said(engine: Engine, tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        (row,) = send(engine, tmp_path, chat_url("wecom", port))
    assert "no connection" in row.error and row.attempts == QUICK.tries
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with gateway(context) as server:
        url = chat_url("feishu", server.port).replace("+http", "+https")
        row = next(row for row in send(engine, tmp_path, url) if row.channel == channel_name(url))
        assert "its certificate is not trusted" in row.error and row.attempts == 1
        assert not server.received


def test_what_cannot_be_delivered_is_told_to_maintainers_once(engine: Engine, tmp_path: Path, web: Gateway) -> None:
    url, maintainers = chat_url("wecom", web.port), f"json://127.0.0.1:{web.port}/maintainers"
    web.answers = [Answer(404, "no such robot"), Answer()]
    send(engine, tmp_path, url, maintainer_urls=(maintainers,))
    told = [got.body for got in web.received if got.path == "/maintainers"]
    assert [body["title"] for body in told] == ["【勾稽】2026-11-20：1 条消息未送达"]
    assert CITY in told[0]["message"] and "status 404: no such robot" in told[0]["message"]
    assert "abcdef123456" not in told[0]["message"]
    web.answers = [Answer(404, "no such robot")]
    again(engine, tmp_path, url, maintainer_urls=(maintainers,), night=N2)
    assert len([got for got in web.received if got.path == "/maintainers"]) == 1, "still due, and told already"
    assert {row.reported for row in rows(engine) if row.channel == channel_name(url)} == {N1}


@pytest.mark.parametrize("service", [*SERVICES, "json", "mail", "other"])
def test_no_secret_reaches_the_database_or_a_log(
    engine: Engine, tmp_path: Path, web: Gateway, service: str, caplog: pytest.LogCaptureFixture
) -> None:
    token = "t0k3n" * 2
    url = {
        "json": f"json://clerk:{token}@127.0.0.1:{web.port}/hook",
        "mail": f"mailto://clerk:{token}@office.example:{web.port}/a@b.example?smtp=127.0.0.1&rto=0.2",
        "other": f"form://clerk:{token}@127.0.0.1:{web.port}/hook",
    }.get(service, f"{service}+http://127.0.0.1:{web.port}/robot/send?token={token}&secret={token}{token}")
    web.answers = [Answer(403, f"the token {token} and {token}{token} are unknown")]
    with caplog.at_level(logging.DEBUG):
        (row,) = send(engine, tmp_path, url, patience=QUICK.model_copy(update={"tries": 1}))
    assert "not accepted" in row.error
    assert token not in " ".join(str(value) for row in rows(engine) for value in row)
    assert token not in " ".join(record.getMessage() for record in caplog.records)


@pytest.mark.parametrize(
    "url", ["dingtalk://not a token!", "feishu+http://127.0.0.1/", "mailto://nobody", "nonsense://s3cr3t-word"]
)
def test_a_url_that_cannot_be_is_said_without_repeating_it(
    engine: Engine, tmp_path: Path, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    (row,) = send(engine, tmp_path, url)
    assert "does not know this URL" in row.error
    assert "s3cr3t" not in row.error + caplog.text


# ---- limits


def long_text(items: int) -> str:
    lines = [
        f"- **错误·勾稽**　第{n}项：表（三）“{'收' * 30}”行 相差 {n}\n\n原文：<http://a.example/{n}.html>\n" for n in range(items)
    ]
    return (
        "# 通报\n\n## 新发现\n\n"
        + "\n".join(lines)
        + "\n## 规则与依据\n\n- T3-BAL 平衡：两边相等（办法）\n- T3-SUM 合计：相等（办法）\n"
    )


@pytest.mark.parametrize("service", SERVICES)
def test_a_long_digest_is_cut_at_whole_items_and_says_how_many_are_left(
    engine: Engine, tmp_path: Path, web: Gateway, service: str
) -> None:
    send(engine, tmp_path, chat_url(service, web.port), message=letter(markdown=long_text(2000)))
    text = text_of(service, web.received[0].body)
    limits = load_channels().services[service]
    assert measure(text, limits.unit) <= limits.limit
    assert measure(text, limits.unit) > limits.limit * 0.85, "no more is cut than must be"
    shown = re.findall(r"^- \*\*错误·勾稽\*\*　第(\d+)项：.* 相差 (\d+)$", text, re.MULTILINE)
    assert all(number == difference for number, difference in shown) and len(shown) == text.count("\n- ")
    assert f"… 另有 {2000 - len(shown)} 项，见文件 `" in text
    assert text.count("[链接](http") == len(shown), "an item's own lines go with it"
    assert "T3-BAL" not in text


def test_what_fits_stays_whole_and_an_item_longer_than_all_is_only_counted() -> None:
    wecom = load_channels().services["wecom"]
    assert fit("", "- a\n- b", "foot", "there", wecom) == "- a\n- b\n\nfoot"
    assert fit("head", "# title\n\n- " + "长" * 5000 + "\n- b\n", "foot", "there", wecom) == "… 另有 2 项，见there\n\nfoot"
    assert for_chat("原文：<http://a.example/x_y>\n\n\n\nend\n") == "原文：[链接](http://a.example/x_y)\n\nend"


def test_the_digest_has_the_appendix_that_is_left_out_of_the_count() -> None:
    assert f"\n## {load_wording().channels['appendix']}\n" in (TEMPLATES / "digest.md.j2").read_text(encoding="utf-8")


def test_every_service_of_the_data_can_be_reached_by_its_schemes() -> None:
    for name, service in load_channels().services.items():
        for scheme in service.schemes:
            assert service_of(f"{scheme}://somewhere")[0] == name
    assert service_of("tgram://somewhere")[0] == "other"


# ---- small things


def test_retry_after_is_read_in_seconds_and_as_a_date() -> None:
    now = datetime(2026, 11, 20, tzinfo=UTC)
    assert retry_after(" 7 ") == 7
    assert retry_after((now + timedelta(seconds=90)).strftime("%a, %d %b %Y %H:%M:%S GMT"), now) == 90
    assert retry_after("Fri, 20 Nov 2020 00:00:00 GMT", now) == 0
    assert retry_after("soon") is retry_after("") is None


def test_what_a_url_hides() -> None:
    for url in (
        "dingtalk://token",
        "mailto://a:b@c.example",
        "wecom+https://gate.example/x?token=abc",
        "json://h.example/?+X-Api-Key=1",
    ):
        assert has_secret(url), url
    for url in ("json://h.example/hook", "mailto://a@c.example?smtp=relay.example"):
        assert not has_secret(url), url
    assert without_secrets("pa%40ss pa@ss c.example", "mailto://a:pa%40ss@c.example") == "*** *** c.example"
