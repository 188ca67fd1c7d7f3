"""Open a zip and the XML in it without trusting either: limits on members, unpacked size, ratio and nesting; no entities."""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator

from lxml import etree

from tasks.errors import DamagedDocument, DocumentTooLarge

MAX_UNPACKED = 256 * 1024 * 1024  # bytes of all members together
MAX_MEMBERS = 20_000
MAX_RATIO = 1000  # deflate cannot do better than 1032 : 1; only nothing but zeros comes near
_MAX_XML = 64 * 1024 * 1024  # bytes of one XML member
_SMALL = 1024 * 1024  # bytes under which a ratio is no matter
_CHUNK = 1024 * 1024
_RELATIONSHIPS = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_BROKEN = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, KeyError)


class Package:
    """A zip file whose members are read one by one, each against what is left of the limits."""

    def __init__(self, data: bytes, kind: str) -> None:
        self.kind = kind
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except _BROKEN as error:
            raise self.damaged(error) from error
        self._left = MAX_UNPACKED
        members = self._zip.infolist()
        if len(members) > MAX_MEMBERS:
            raise _too_large(f"{len(members):,} files in the {kind}", f"{MAX_MEMBERS:,}")
        if sum(member.file_size for member in members) > MAX_UNPACKED:
            raise _too_large(f"a {kind} of more than {MAX_UNPACKED:,} bytes when unpacked", f"{MAX_UNPACKED:,}")
        self.members = {member.filename: member for member in members}
        self._plain = {name.replace("\\", "/").lstrip("/").lower(): name for name in self.members}

    def damaged(self, error: object) -> DamagedDocument:
        """The error to raise for a package that is broken inside."""
        return DamagedDocument(
            f"the {self.kind} is broken inside ({error})", remedy="Open it and save it anew, or fetch it again."
        )

    def has(self, name: str) -> bool:
        """Whether there is a member of that path (letter case and a leading slash do not matter)."""
        return name.lstrip("/").lower() in self._plain

    def read(self, name: str) -> bytes:
        """A member's bytes. DamagedDocument when it is missing or broken, DocumentTooLarge beyond the limits."""
        member = self.members.get(self._plain.get(name.lstrip("/").lower(), name))
        if member is None:
            raise self.damaged(f"no {name}")
        if member.file_size > max(_SMALL, member.compress_size * MAX_RATIO):
            raise _too_large(f"{name} unpacks to {member.file_size:,} bytes from {member.compress_size:,}", f"{MAX_RATIO} : 1")
        parts = []
        try:
            with self._zip.open(member) as stream:
                while part := stream.read(_CHUNK):
                    self._left -= len(part)
                    if self._left < 0:
                        raise _too_large(f"a {self.kind} of more than {MAX_UNPACKED:,} bytes when unpacked", f"{MAX_UNPACKED:,}")
                    parts.append(part)
        except _BROKEN as error:
            raise self.damaged(error) from error
        return b"".join(parts)

    def xml(self, name: str) -> etree._Element:
        """A member parsed as XML."""
        return self.parse(self.read(name))

    def parse(self, source: bytes) -> etree._Element:
        """The root of an XML document that declares no DTD, nests no deeper than libxml2 allows (256)."""
        if len(source) > _MAX_XML:
            raise _too_large(f"{len(source):,} bytes of XML in one piece", f"{_MAX_XML:,}")
        parser = etree.XMLParser(
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
            collect_ids=False,
        )
        try:
            root = etree.fromstring(source, parser)
        except (etree.XMLSyntaxError, ValueError) as error:
            raise self.damaged(error) from error
        if root.getroottree().docinfo.doctype:
            raise self.damaged("its XML declares a document type, which this format never does")
        return root

    def relationships(self, part: str) -> Iterator[tuple[str, str, str]]:
        """(id, last word of the type, target path) of what a part ("" for the package itself) relates to inside the package."""
        folder, _, file = part.rpartition("/")
        name = posixpath.join(folder, "_rels", f"{file}.rels")
        if not self.has(name):
            return
        for relation in self.xml(name).iter(_RELATIONSHIPS):
            if relation.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, relation.get("Target", "")))
                yield relation.get("Id", ""), relation.get("Type", "").rpartition("/")[2], target.lstrip("/")

    def main(self, usual: str) -> str:
        """The path of the main part: as the package's relationships say, else the usual one."""
        for _, kind, target in self.relationships(""):
            if kind == "officeDocument" and self.has(target):
                return target
        return usual

    def properties(self) -> tuple[tuple[str, str], ...]:
        """The core properties (title, creator, …) as (name with prefix, text). They are what the author's program left there."""
        for _, kind, target in self.relationships(""):
            if kind == "core-properties" and self.has(target):
                try:
                    root = self.xml(target)
                except DamagedDocument:
                    return ()
                pairs = ((_prefixed(child), (child.text or "").strip()) for child in root)
                return tuple((name, text) for name, text in pairs if text)
        return ()


def _prefixed(element: etree._Element) -> str:
    local = etree.QName(element).localname
    return f"{element.prefix}:{local}" if element.prefix else local


def _too_large(found: str, limit: str) -> DocumentTooLarge:
    return DocumentTooLarge(found, expected=f"at most {limit}", remedy="Unpack it with care and look at it by eye.")
