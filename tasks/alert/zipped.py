"""An office's file (.docx, .xlsx) whose bytes tell what it says and not when it was made."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date

_EPOCH = (1980, 1, 1, 0, 0, 0)
_PROPERTIES = "docProps/core.xml"
_MOMENT = re.compile(rb"(<dcterms:(?:created|modified)\b[^>]*>)[^<]*(</)")


def fixed(data: bytes, day: date) -> bytes:
    """The same file, made on a day: python-docx and openpyxl take its times, inside and in the archive, from the clock."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist()):
            part = old.read(name)
            if name == _PROPERTIES:
                part = _MOMENT.sub(rb"\g<1>" + f"{day.isoformat()}T00:00:00Z".encode() + rb"\g<2>", part)
            new.writestr(zipfile.ZipInfo(name, _EPOCH), part, zipfile.ZIP_DEFLATED)
    return made.getvalue()
