"""Zip packages of strangers: members are read by name, counted while they unpack, and nothing is put on a disk.

package = Package(data, budget)
package.text("imsmanifest.xml")     # bytes; Unreadable with a sentence where something is wrong
"""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections import Counter
from urllib.parse import unquote

from django.utils.translation import gettext as _

from quizzes.formats import budgets
from quizzes.formats.base import MAX_BYTES, Unreadable
from quizzes.formats.budgets import Budget

MANIFEST = "imsmanifest.xml"
OTHERS = (".json", ".gift", ".csv", ".xlsx", ".txt", ".text", ".zip")  # what a person packs, as an export in parts does
MOST_MEMBERS = 2_000
LARGEST_MEMBER = MAX_BYTES  # unpacked; as an XML file alone
LONGEST_NAME = 300
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
CHUNK = 65_536


class Package:
    """A zip archive that was looked over: names that lead outside, twins, links and locked members are refused."""

    def __init__(self, data: bytes, budget: Budget) -> None:
        self.budget = budget
        try:
            self.archive = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
            raise Unreadable(_("file"), _("This is not a zip archive, or it is broken.")) from error
        members = [member for member in self.archive.infolist() if not member.is_dir()]
        if len(members) > MOST_MEMBERS:
            message = _("The archive has more than %(most)d files.")
            raise Unreadable(_("file"), message % {"most": MOST_MEMBERS})
        for member in members:
            _refuse_odd(member)
        twins = [name for name, count in Counter(member.filename.casefold() for member in members).items() if count > 1]
        if twins:
            raise Unreadable(twins[0][:60], _("The archive has two files of this name."))
        self.members = {member.filename: member for member in members}

    @property
    def manifest(self) -> bytes:
        """The manifest at the top of the archive; raises Unreadable where it is missing or lies in a folder."""
        if MANIFEST in self.members:
            return self.bytes_of(MANIFEST)
        folder = next((posixpath.dirname(name) for name in self.members if name.endswith(f"/{MANIFEST}")), None)
        if folder is None:
            message = _("imsmanifest.xml is missing at the top of the archive.")
            if any(name.lower().endswith(OTHERS) for name in self.members):
                message = _("This is a zip of other files. Unpack it, and import them one after the other.")
            raise Unreadable(_("file"), message)
        message = _("imsmanifest.xml is missing at the top of the archive (found in the folder %(folder)s).")
        raise Unreadable(_("file"), message % {"folder": folder[:60]})

    def bytes_of(self, name: str) -> bytes:
        """Return a member, unpacked within the budget; raise Unreadable where it is missing, too large or broken."""
        member = self.members.get(name) or self.members.get(unquote(name))  # a manifest may write “%20” for a space
        if member is None:
            raise Unreadable(name[:100], _("The archive has no such file, though its manifest names it."))
        content = bytearray()
        try:
            with self.archive.open(member) as stream:
                while chunk := stream.read(CHUNK):
                    self.budget.check()
                    self.budget.spend(budgets.PACKAGE, len(chunk))
                    content += chunk
                    if len(content) > LARGEST_MEMBER:
                        message = _("Unpacked, it is larger than %(most)d MB.")
                        raise Unreadable(name[:100], message % {"most": LARGEST_MEMBER // 2**20})
        except Unreadable:
            raise
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            NotImplementedError,
            RuntimeError,
            ValueError,
            OSError,
        ) as error:
            raise Unreadable(name[:100], _("This file of the archive is broken.")) from error
        return bytes(content)


def _refuse_odd(member: zipfile.ZipInfo) -> None:
    name = member.filename
    parts = name.replace("\\", "/").split("/")
    if len(name) > LONGEST_NAME or "\0" in member.orig_filename or "\\" in name:
        raise Unreadable(name[:60], _("A file in the archive has a name that cannot be used."))
    if name.startswith("/") or ".." in parts or ":" in parts[0]:
        raise Unreadable(name[:60], _("A file in the archive leads out of it."))
    if member.external_attr >> 28 == 0xA:
        raise Unreadable(name[:60], _("The archive has a link in it; only files can be read."))
    if member.flag_bits & 0x1:
        raise Unreadable(name[:60], _("The archive is locked by a password."))
    if member.compress_type not in METHODS:
        raise Unreadable(name[:60], _("The archive is packed in a way that cannot be read. Pack it again as zip."))
