"""Workbooks made to hold a thread or fill the memory, and some that are just within the limits.

Each has a name, words of the sentence that answers it, and a function that makes it.
"""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Callable

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
SHEET, STRINGS, STYLES = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"
HEADING = '<row r="1"><c r="A1" t="inlineStr"><is><t>email</t></is></c></row>'
INES = '<row r="2"><c r="A2" t="inlineStr"><is><t>ines@example.org</t></is></c></row>'
LAST = 1_048_576


def archive(parts: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return out.getvalue()


def sheet(rows: str, after: str = "") -> bytes:
    return f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData>{after}</worksheet>'.encode()


def strings(items: str) -> bytes:
    return f'<sst xmlns="{MAIN}">{items}</sst>'.encode()


def styles(inside: str) -> bytes:
    return f'<styleSheet xmlns="{MAIN}">{inside}</styleSheet>'.encode()


def parts(rows: str = HEADING + INES, **others: bytes) -> dict[str, bytes]:
    """The parts of a workbook with one sheet; `others` by the name of the part without folder and ending."""
    made = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType='
        f'"application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{KIND}.sheet.main+xml"/>'
        f'<Override PartName="/{STRINGS}" ContentType="{KIND}.sharedStrings+xml"/>'
        f'<Override PartName="/{STYLES}" ContentType="{KIND}.styles+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>'
        '<sheet name="1" sheetId="1" r:id="r1"/></sheets></workbook>',
    }
    found = {name: text.encode() for name, text in made.items()}
    found |= {SHEET: sheet(rows), STRINGS: strings(""), STYLES: styles("")}
    places = {"sheet": SHEET, "strings": STRINGS, "styles": STYLES, "workbook": "xl/workbook.xml"}
    return found | {places.get(name, name): content for name, content in others.items()}


def workbook(rows: str = HEADING + INES, **others: bytes) -> bytes:
    return archive(parts(rows, **others))


def lying(data: bytes, part: str, size: int) -> bytes:
    """The archive, its directory changed to call a part smaller than it is."""
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        real = packed.getinfo(part).file_size
    return data.replace(real.to_bytes(4, "little"), size.to_bytes(4, "little"))


def row(number: object, text: str = "x") -> str:
    return f'<row r="{number}"><c r="A{number}" t="inlineStr"><is><t>{text}</t></is></c></row>'


def shared(count: int) -> str:
    """Cells that all name the first shared text."""
    lines = (f'<row r="{number}"><c r="A{number}" t="s"><v>0</v></c></row>' for number in range(2, count + 2))
    return HEADING + "".join(lines)


def named(count: int) -> bytes:
    """The workbook part with so many defined names."""
    names = "".join(f'<definedName name="n{number}">1</definedName>' for number in range(count))
    return parts()["xl/workbook.xml"].replace(b"</sheets>", f"</sheets><definedNames>{names}</definedNames>".encode())


def twice() -> bytes:
    """A workbook with two sheets of the same name: one to be looked at, the other to be read."""
    out = io.BytesIO(workbook())
    with zipfile.ZipFile(out, "a") as packed, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        packed.writestr(SHEET, sheet(HEADING + row(LAST)))
    return out.getvalue()


XF = '<xf numFmtId="0" fontId="0"><alignment horizontal="left"/></xf>'
FONT = '<font><b/><sz val="11"/><color theme="1"/><name val="Calibri"/></font>'
RICH = "<si>" + "<r><rPr><b/><sz val='9'/></rPr><t>a</t></r>" * 20 + "</si>"
CELL = '<c t="n"><v>1.5</v></c>'
INLINE = '<c t="inlineStr"><is><t>a</t></is></c>'
FILL = '<fill><patternFill patternType="solid"><fgColor theme="1"/><bgColor indexed="64"/></patternFill></fill>'
FORMAT = '<numFmt numFmtId="164" formatCode="0.0"/>'
MERGED = '<mergeCell ref="A1:B2"/>'
CONDITION = (
    '<conditionalFormatting sqref="A1:B2"><cfRule type="cellIs" priority="1"><formula>1</formula></cfRule>'
    "</conditionalFormatting>"
)
READ = "1 read"
UNREADABLE = "cannot be read as XLSX"

WORKBOOKS: list[tuple[str, str, Callable[[], bytes]]] = [
    # rows
    ("row 999999999999", "row “999999999999”", lambda: workbook(HEADING + '<row r="999999999999"/>')),
    ("row 1e300", "row “1e300”", lambda: workbook(HEADING + '<row r="1e300"/>')),
    ("row 0", "row “0”", lambda: workbook(HEADING + '<row r="0"/>')),
    ("rows beyond the last", "row “1048577”", lambda: workbook(HEADING + f'<row r="{LAST}"/><row/>')),
    ("row 1,048,576 holds something", "Row 1,048,576 holds something", lambda: workbook(HEADING + row(LAST))),
    ("3 M empty rows", "larger than 10 MB", lambda: workbook(HEADING + "<row/>" * 3_000_000)),
    ("1.6 M empty rows", "more than 20,000 rows", lambda: workbook(HEADING + "<row/>" * 1_600_000)),
    (
        "20,000 gaps",
        "at most 2000 rows",
        lambda: workbook(HEADING + "".join(row(9 * place) for place in range(1, 2_200))),
    ),
    (
        "an empty row 1,048,576",
        READ,
        lambda: workbook(HEADING + INES + f'<row r="{LAST}"><c r="A{LAST}" s="0"/></row>'),
    ),
    ("18,000 empty rows below", READ, lambda: workbook(HEADING + INES + '<row ht="15"/>' * 18_000)),
    # columns and cells
    (
        "16,384 columns",
        "column AY holds something",
        lambda: workbook('<row r="1">' + "<c><v>1</v></c>" * 16_384 + "</row>"),
    ),
    ("column XFD", "column XFD holds something", lambda: workbook('<row r="1"><c r="XFD1"><v>1</v></c></row>')),
    ("a million cells", "more than 40,000 cells", lambda: workbook('<row r="1">' + "<c/>" * 1_000_000 + "</row>")),
    ("a column that is none", UNREADABLE, lambda: workbook('<row r="1"><c r="ZZZZZZZZ1"><v>1</v></c></row>')),
    # texts
    ("a million shared texts", "more than 25,000 texts", lambda: workbook(strings=strings("<si><t/></si>" * 700_000))),
    ("a shared text of 9 MB", "far too long", lambda: workbook(strings=strings(f"<si><t>{'x' * 9_000_000}</t></si>"))),
    (
        "one long text in 2,000 cells",
        "more than 1,000,000 characters",
        lambda: workbook(shared(2_000), strings=strings(f"<si><t>{'x' * 190_000}</t></si>")),
    ),
    ("rich texts without end", "styles and other marks", lambda: workbook(strings=strings(RICH * 9_000))),
    (
        "a text of 2,400 runs in each of 20 cells",
        "more than 1,000,000 characters",
        lambda: workbook(shared(20), strings=strings("<si>" + f"<r><t>{'x' * 30}</t></r>" * 2_400 + "</si>")),
    ),
    # styles and other marks
    (
        "a million styles",
        "larger than 10 MB",
        lambda: workbook(styles=styles(f"<cellXfs>{'<xf/>' * 3_000_000}</cellXfs>")),
    ),
    ("150,000 styles", "styles and other marks", lambda: workbook(styles=styles(f"<cellXfs>{XF * 150_000}</cellXfs>"))),
    ("100,000 fonts", "styles and other marks", lambda: workbook(styles=styles(f"<fonts>{FONT * 100_000}</fonts>"))),
    (
        "merged cells without end",
        "styles and other marks",
        lambda: workbook(sheet=sheet(HEADING, "<mergeCells>" + '<mergeCell ref="A1:B2"/>' * 300_000 + "</mergeCells>")),
    ),
    ("elements inside each other", "styles and other marks", lambda: workbook(styles=styles("<a>" * 1_000_000))),
    ("a tag of 9 MB", "far too long", lambda: workbook(styles=styles(f'<a b="{"x" * 9_000_000}"/>'))),
    ("a remark of 9 MB", "far too long", lambda: workbook(styles=styles(f"<!--{'x' * 9_000_000}-->"))),
    (
        "200,000 attributes",
        "far too long",
        lambda: workbook(styles=styles("<a " + " ".join(f'a{place}=""' for place in range(200_000)) + "/>")),
    ),
    # just within the limits: read
    (
        "39,000 cells",
        "neither an e-mail address nor a name",
        lambda: workbook(HEADING + INES + ("<row>" + "<c/>" + CELL * 19 + "</row>") * 1_950),
    ),
    (
        "39,000 texts of their own",
        "is not an e-mail address",
        lambda: workbook(HEADING + INES + ("<row>" + INLINE * 20 + "</row>") * 1_950),
    ),
    ("24,000 shared texts", READ, lambda: workbook(strings=strings("<si><t>a</t></si>" * 24_000))),
    ("rich texts", READ, lambda: workbook(strings=strings(RICH * 370))),
    ("14,000 styles", READ, lambda: workbook(styles=styles(f"<cellXfs>{XF * 14_000}</cellXfs>"))),
    ("5,900 fonts", READ, lambda: workbook(styles=styles(f"<fonts>{FONT * 5_900}</fonts>"))),
    ("fills", READ, lambda: workbook(styles=styles(f"<fills>{FILL * 7_000}</fills>"))),
    ("number formats", READ, lambda: workbook(styles=styles(f"<numFmts>{FORMAT * 29_000}</numFmts>"))),
    (
        "merged cells",
        READ,
        lambda: workbook(sheet=sheet(HEADING + INES, "<mergeCells>" + MERGED * 29_000 + "</mergeCells>")),
    ),
    ("names", READ, lambda: workbook(workbook=named(29_000))),
    ("conditions", READ, lambda: workbook(sheet=sheet(HEADING + INES, CONDITION * 9_900))),
    (
        "all of it together",
        "is not an e-mail address",
        lambda: workbook(
            HEADING + INES + ("<row>" + INLINE * 20 + "</row>") * 1_950,
            strings=strings("<si><t>a</t></si>" * 24_000),
            styles=styles(f"<cellXfs>{XF * 14_000}</cellXfs>"),
        ),
    ),
    # archives
    ("a bomb of 90 MB", "far too large", lambda: archive(parts() | {"media.bin": bytes(90_000_000)})),
    ("a bomb of 90 MB as texts", "far too large", lambda: workbook(strings=bytes(90_000_000))),
    ("a bomb that lies about its size", UNREADABLE, lambda: lying(workbook(strings=b" " * 70_123_456), STRINGS, 1000)),
    ("20,000 parts", "more than 200 parts", lambda: archive(dict.fromkeys(map(str, range(9_000)), b""))),
    (
        "150 parts of 100 kB",
        "styles and other marks",
        lambda: archive(parts() | {f"{place}.xml": styles("<a/>" * 25_000) for place in range(150)}),
    ),
    ("a part that is there twice", UNREADABLE, twice),
    (
        "a method that unpacks whole blocks",
        UNREADABLE,
        lambda: archive(parts(strings=bytes(9_000_000)), zipfile.ZIP_LZMA),
    ),
    ("entities", UNREADABLE, lambda: workbook(strings=b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')),
    ("entities in UTF-16", UNREADABLE, lambda: workbook(strings='<!DOCTYPE a [<!ENTITY b "c">]><a/>'.encode("utf-16"))),
    ("half an archive", UNREADABLE, lambda: workbook()[:-30]),
    ("no sheet", UNREADABLE, lambda: workbook(workbook=f'<workbook xmlns="{MAIN}"><sheets/></workbook>'.encode())),
    ("a number of 5,000 figures", UNREADABLE, lambda: workbook(f"<row><c><v>{'9' * 5_000}</v></c></row>")),
]
