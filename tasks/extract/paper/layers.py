"""Find which layers (optional content) of a PDF are switched off: text on them is stated, but not shown."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

_HINTS = (b"/OCProperties", b"/ObjStm")  # without either a document has no layers; the second may hide the first


def hidden_layers(data: bytes) -> frozenset[str]:
    """The names of the layers that are off when the document is opened; none where it cannot be told."""
    if not any(hint in data for hint in _HINTS):
        return frozenset()
    from pdfminer.pdfdocument import PDFDocument
    from pdfminer.pdfparser import PDFParser
    from pdfminer.pdftypes import dict_value, list_value, resolve1

    try:
        catalog = PDFDocument(PDFParser(io.BytesIO(data))).catalog
        layers = dict_value(catalog.get("OCProperties") or {})
        states = dict_value(layers.get("D") or {})
        off = list_value(states.get("OFF") or [])
        if str(states.get("BaseState", "")) == "/'OFF'":
            shown = {id(resolve1(each)) for each in list_value(states.get("ON") or [])}
            off = [each for each in list_value(layers.get("OCGs") or []) if id(resolve1(each)) not in shown]
        return frozenset(_names(dict_value(each) for each in off))
    except Exception:  # pdfminer raises whatever a broken file makes it; pdfium may read the file all the same
        return frozenset()


def _names(layers: Iterable[dict[str, Any]]) -> Iterable[str]:
    for layer in layers:
        name = layer.get("Name", b"")
        if isinstance(name, bytes):
            yield layer_name(name)


def layer_name(name: bytes) -> str:
    """A layer's name as text: UTF-16 where its first two bytes say so."""
    return name.decode("utf-16-be", "replace")[1:] if name.startswith(b"\xfe\xff") else name.decode("latin-1")
