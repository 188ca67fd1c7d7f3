"""Pack a row of the outbox for its service: text within its limit, files or links to them, and the plugin that carries it."""

from __future__ import annotations

import html
import logging
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Row

from tasks.alert.channels import paths
from tasks.alert.cutting import fit, for_chat, measure
from tasks.alert.parcel import Carrier, Parcel, stable_key
from tasks.alert.refusal import TOO_MANY, Refusal
from tasks.alert.services import OTHER, Service, service_of
from tasks.alert.wording import CANONICAL, load_wording
from tasks.errors import AlertError

_STATUS = re.compile(r"error=(\d{3})\b")  # how Apprise's plugins log what the service answered
_SERVER = 500
_PART = 4  # of a text's limit that the places of attachments may take: a quarter


def pack(row: Row[Any], url: str, folder: Path, link_base: str, language: str = CANONICAL) -> Callable[[], None]:
    """What hands a row over to the service of a URL, as often as it is called, raising Refusal when it is not taken.

    language: the row's, in which is said what is left out of it and where its files are.

    Raises AlertError when the URL is of no service or an attachment is not there.
    """
    name, service = service_of(url)
    with _quiet():
        carrier = _carrier(name, url)
        if carrier is None:
            where, remedy = f"channel of {row.supervisor or row.key}", "Correct the URL; the next run sends it."
            raise AlertError(
                "Apprise does not know this URL", where=where, expected="a URL of a service that it supports", remedy=remedy
            )
    if isinstance(carrier, _Other):
        service = service.model_copy(update={"limit": carrier.longest})
    parcel = _parcel(row, service, folder, link_base, language)

    def hand_over() -> None:
        with _quiet():
            try:
                carrier.carry(parcel)
            except Refusal:
                raise
            except Exception as error:  # a plugin is not ours alone: its failure must not stop the other channels
                raise Refusal(f"the service's plugin failed ({type(error).__name__})", is_passing=False) from error

    return hand_over


def _carrier(name: str, url: str) -> Carrier | None:
    if name == "mail":
        from tasks.alert.mail import mail

        return mail(url)
    if name == OTHER:
        return _other(url)
    from tasks.alert.chat import chat

    return chat(name, url)


def _parcel(row: Row[Any], service: Service, folder: Path, link_base: str, language: str) -> Parcel:
    words = load_wording(language).channels
    carried, linked = _files(row, service, folder)
    places = [(words["page"], paths(folder, row.supervisor, row.night)[1]), *((path.name, path) for path in linked)]
    shown = [_shown(words, name, path, folder, link_base) for name, path in places]
    parcel = Parcel(
        key=stable_key(row.key, row.markdown),
        subject=row.subject,
        text=row.markdown,
        html=row.html,
        files=tuple(carried),
        links=tuple((name, _address(path, folder, link_base) or str(path)) for name, path in places),
    )
    attached = [words["attached"].format(where=one) for one in shown[1:]]
    if service.takes == "html":
        return replace(parcel, text="\n\n".join([row.markdown, *attached]), html=_html_with(row.html, attached))
    head = "" if service.titled else f"**{row.subject}**"
    foot = "\n\n".join([words["whole"].format(where=shown[0]), *_some(attached, service, language)])
    return replace(parcel, text=fit(head, for_chat(row.markdown, language), foot, shown[0], service, language))


def _files(row: Row[Any], service: Service, folder: Path) -> tuple[list[Path], list[Path]]:
    """The row's files that the service carries, and those that are only linked. Raises AlertError when one is not there."""
    carried: list[Path] = []
    linked: list[Path] = []
    room = service.attachments
    for name in row.attachments:
        path = folder / name
        if not path.resolve().is_relative_to(folder.resolve()) or not path.is_file():
            remedy = "Write the file again (run the night again); the next run sends the message."
            raise AlertError(
                "the attachment is not there", where=f"attachment {name}", expected="a file in the outbox folder", remedy=remedy
            )
        size = path.stat().st_size
        (carried if size <= room else linked).append(path)
        room -= size if size <= room else 0
    return carried, linked


def _some(lines: list[str], service: Service, language: str) -> list[str]:
    """The lines that say where attachments lie, as many as a part of the service's limit holds; how many more there are."""
    room, kept = service.limit // _PART, list(lines)
    while service.limit and kept and sum(measure(line, service.unit) for line in kept) > room:
        kept.pop()
    more = len(lines) - len(kept)
    return [*kept, load_wording(language).channels["more_attached"].format(count=more)] if more else kept


def _address(path: Path, folder: Path, link_base: str) -> str:
    """Where a file of the outbox folder is served; blank when it is not."""
    return f"{link_base.rstrip('/')}/{quote(path.relative_to(folder).as_posix())}" if link_base else ""


def _shown(words: Mapping[str, str], name: str, path: Path, folder: Path, link_base: str) -> str:
    """A link to a file of the outbox folder, as Markdown, or its path when the folder is not served."""
    address = _address(path, folder, link_base)
    return words["link"].format(name=name, url=address) if address else words["file"].format(path=path)


def _html_with(page: str, lines: list[str]) -> str:
    """A page with lines of text at its end."""
    added = "".join(f"<p>{html.escape(line)}</p>" for line in lines)
    before, end, after = page.rpartition("</body>")
    return f"{before}{added}{end}{after}" if end else page + added


@contextmanager
def _quiet() -> Iterator[StringIO]:
    """What Apprise's plugins log, kept from every log of ours, as are urllib3's requests: they name tokens and whole URLs."""
    import apprise

    plugins, requests = logging.getLogger("apprise"), logging.getLogger("urllib3")
    before = plugins.propagate, requests.level
    plugins.propagate = False
    requests.setLevel(max(requests.getEffectiveLevel(), logging.INFO))
    try:
        with apprise.LogCapture(level=logging.WARNING) as log:
            yield log
    finally:
        plugins.propagate, level = before
        requests.setLevel(level)


class _Other:
    """A service that only Apprise knows, through Apprise."""

    def __init__(self, plugin: Any) -> None:
        self.plugin = plugin

    @property
    def longest(self) -> int:
        """How long a text its plugin takes, in characters."""
        return int(self.plugin.body_maxlen or 0)

    def carry(self, parcel: Parcel) -> None:
        """Send through Apprise. Raises Refusal."""
        import apprise

        takes_page = self.plugin.notify_format == apprise.NotifyFormat.HTML and len(parcel.html) <= self.longest
        body, form = (parcel.html, apprise.NotifyFormat.HTML) if takes_page else (parcel.text, apprise.NotifyFormat.MARKDOWN)
        messenger = apprise.Apprise()
        messenger.add(self.plugin)
        with _quiet() as log:
            is_sent = messenger.notify(title=parcel.subject, body=body, body_format=form)
            said = " ".join(log.getvalue().split())
        if not is_sent:
            status = _STATUS.search(said)
            is_passing = int(status[1]) == TOO_MANY or int(status[1]) >= _SERVER if status else "onnection error" in said
            raise Refusal(said, is_passing=is_passing)


def _other(url: str) -> _Other | None:
    import apprise

    plugin = apprise.Apprise.instantiate(url)
    return None if plugin is None else _Other(plugin)
