"""Plain text of strangers as UTF-8: which encoding it has is found, or chosen by the person who sees it misread."""

from __future__ import annotations

from quizzes.formats import roster_files

CHOICES = roster_files.ENCODINGS
# How files begin that say themselves how they are encoded, or are no text.
SELF_TOLD = (b"PK", b"<", b"{", b"[", b"%PDF", b"\xd0\xcf\x11\xe0", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"MZ")
MARK = b"\xef\xbb\xbf"


def is_plain(data: bytes) -> bool:
    """Return whether a file is text that does not say how it is encoded."""
    return not data.removeprefix(MARK).lstrip().startswith(SELF_TOLD)


def as_utf8(data: bytes, chosen: str = "") -> tuple[bytes, str]:
    """Return (the text as UTF-8, the encoding it had); other files as they are, with no encoding.

    Raises ImportRejected where the bytes do not fit the encoding that was chosen.
    """
    if not data.strip() or not is_plain(data):
        return data, ""
    text, encoding = roster_files.decoded(data, chosen)
    return text.encode("utf-8", "replace"), encoding
