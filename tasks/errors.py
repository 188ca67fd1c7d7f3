"""What gouji cannot do, as exceptions; what an agency got wrong is a Finding, never an exception.

    GoujiError                   something we cannot do
    ├── SettingsError            a setting, an option or the register of agencies is wrong
    ├── CrawlError               retried; shown as "not reached", never as "not published"
    │   ├── SourceBlocked        a login wall, a captcha, a challenge by script, 403/412/521
    │   │   └── SourceExcluded   robots.txt does not allow us to read it
    │   ├── SourceUnreachable    no connection, time-out, 5xx
    │   ├── SourceHijacked       the page is another site's, or a spoilt copy
    │   ├── SourceGone           404, 410, a page that says it does not exist
    │   └── CrawlIncomplete      fewer pages or links than the site says it has
    │       └── ColumnMoved      the list itself is gone from its address
    ├── ReadError                quarantines one document; the night goes on
    │   ├── UnknownFormat        bytes of no kind that we read
    │   ├── NoTextLayer          a scan: no text to read
    │   ├── DocumentTooLarge     over a limit of size, pages or time
    │   └── DamagedDocument      of a known kind, but broken inside
    │       └── ReaderCrashed    it took the process that read it with it
    ├── FormError                quarantines one document; the night goes on
    │   ├── UnknownEdition       no statutory table found, or labels of no known form
    │   ├── UnplacedRow          a printed row or column that no form row answers to
    │   └── BadForm              our own YAML (form, rule, portal) is wrong
    ├── WarehouseError           the database or the archive refuses
    │   ├── NewerSchema          written by a newer gouji
    │   └── ArchiveDamaged       kept bytes no longer answer to their hash
    └── AlertError               a digest could not be delivered

Every message has four parts: what was expected, what was found, where, and what to do.
"""

from __future__ import annotations


class GoujiError(Exception):
    """Something gouji cannot do; the message has four parts, each a plain sentence or phrase."""

    def __init__(self, found: str, *, where: str = "", expected: str = "", remedy: str = "") -> None:
        self.found, self.where, self.expected, self.remedy = found, where, expected, remedy
        super().__init__(str(self))

    def __str__(self) -> str:
        parts = [f"{self.where}: {self.found}" if self.where else self.found]
        if self.expected:
            parts.append(f"Expected {self.expected}.")
        if self.remedy:
            parts.append(self.remedy)
        return " ".join(part if part.endswith((".", "。", "!", "?")) else f"{part}." for part in parts)

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.found, self.where, self.expected, self.remedy))


def _rebuild(kind: type[GoujiError], found: str, where: str, expected: str, remedy: str) -> GoujiError:
    return kind(found, where=where, expected=expected, remedy=remedy)


class SettingsError(GoujiError):
    """A setting, an option or the register of agencies is wrong."""


class CrawlError(GoujiError):
    """A site was not read to its end; never proof that a report is missing."""


class SourceBlocked(CrawlError):
    """The site refuses us: a login wall, a captcha, a challenge by script, status 403, 412 or 521."""


class SourceExcluded(SourceBlocked):
    """The site excludes what we ask for by its robots.txt."""


class SourceUnreachable(CrawlError):
    """No answer from the site: no connection, a time-out, or a server error."""


class SourceHijacked(CrawlError):
    """The page says that it is another region's site, or advertises what no government does."""


class SourceGone(CrawlError):
    """The address of a document answers that it no longer exists."""


class CrawlIncomplete(CrawlError):
    """Fewer pages or links were read than the site says it has."""


class ColumnMoved(CrawlIncomplete):
    """The list itself is no longer at its address."""


class ReadError(GoujiError):
    """One document could not be read."""


class UnknownFormat(ReadError):
    """The bytes are of no kind that gouji reads."""


class NoTextLayer(ReadError):
    """A scanned document: it holds pictures and no text."""


class DocumentTooLarge(ReadError):
    """The document is over a limit of size, pages or time."""


class DamagedDocument(ReadError):
    """The document is of a known kind, but broken inside."""


class ReaderCrashed(DamagedDocument):
    """The process that read the document ended on it: the document's fault, or ours."""


class FormError(GoujiError):
    """What was printed does not answer to an official form."""


class UnknownEdition(FormError):
    """No statutory table was found, or its labels are of no known form."""


class UnplacedRow(FormError):
    """A printed row or column that no row or column of the form answers to with certainty."""


class BadForm(FormError):
    """One of our own data files (form, rule, narrative, portal) is wrong."""


class WarehouseError(GoujiError):
    """The database or the archive refuses."""


class NewerSchema(WarehouseError):
    """The warehouse was written by a newer gouji."""


class ArchiveDamaged(WarehouseError):
    """Kept bytes no longer answer to the hash that names them."""


class AlertError(GoujiError):
    """A digest could not be delivered."""
