"""Read again what stands at a locator, from the bytes alone: the proof that a figure is where we say it is."""

from __future__ import annotations

import importlib

from tasks.errors import DamagedDocument, GoujiError, UnknownFormat
from tasks.extract.sniff import sniff
from tasks.printed import Locator

_READERS = {
    "pdf": "pdf",
    "docx": "word",
    **dict.fromkeys(("doc", "rtf", "odt", "flat", "ods"), "office"),
    **dict.fromkeys(("sheet", "xlsx", "xls"), "sheet"),
    "ofd": "ofd",
    "image": "image",
    **dict.fromkeys(("html", "mht"), "html"),
    "text": "text",
}
_CONTAINERS = ("zip", "gzip")


def reread(data: bytes, locator: Locator, part: str = "") -> str:
    """The text at a locator; `part` names the file inside a container. Blank for a place that is not there.

    Raises UnknownFormat or DamagedDocument for bytes that no locator of ours can come from.
    """
    kind = sniff(data)
    try:
        if kind in _CONTAINERS:
            return str(importlib.import_module("tasks.extract.container").reread(data, locator, part, reread))
        return str(importlib.import_module(f"tasks.extract.{_READERS[kind]}").reread(data, locator))
    except GoujiError:
        raise
    except (KeyError, AttributeError, ModuleNotFoundError) as error:
        raise UnknownFormat(f"a file of kind {kind}, in which nothing can be read again", remedy="Look at it by eye.") from error
    except Exception as error:
        raise DamagedDocument(f"the place cannot be read again ({type(error).__name__}: {error})") from error
