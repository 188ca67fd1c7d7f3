"""Archive: what the crawl fetched becomes bytes that stay, named by their hash, before anything reads them."""

from __future__ import annotations

from hashlib import sha256

from tasks.errors import ArchiveDamaged
from tasks.fetched import Fetched, ListPage
from tasks.records import Document
from warehouse.files import Archive


def archive(fetched: Fetched | ListPage, files: Archive) -> Document:
    """Keep the body of a document or of a list's page. Raises ArchiveDamaged when the spool no longer holds what was fetched."""
    url, remedy = fetched.url, "Run the night again; it is fetched anew."
    if fetched.body is None:
        raise ValueError(f"{url} answered that it is unchanged: there is no body to keep")
    try:
        data = fetched.body.read_bytes()
    except OSError as error:
        raise ArchiveDamaged(
            f"the fetched body of {url} is gone ({error.strerror})", where=str(fetched.body), remedy=remedy
        ) from error
    if sha256(data).hexdigest() != fetched.sha256:
        raise ArchiveDamaged(
            f"the fetched body of {url} has changed", where=str(fetched.body), expected=f"SHA-256 {fetched.sha256}", remedy=remedy
        )
    return Document(
        sha256=files.keep(data),
        size=len(data),
        media_type=fetched.media_type,
        url=url,
        status=fetched.status,
        fetched_at=fetched.fetched_at,
        headers=fetched.headers,
    )
