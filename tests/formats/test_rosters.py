"""Rosters as files: what is read, what is refused by row, and which files are no list at all."""

import io
import zipfile
from datetime import UTC, datetime
from typing import Any

import pytest
from openpyxl import Workbook

from quizzes.errors import ImportRejected
from quizzes.formats import rosters

INES = rosters.RosterRow(2, "ines@example.org", "Inês", "Costa", "ines")
HEADING = "email,first name,last name,username\n"


def read(text: str | bytes, name: str = "class.csv") -> rosters.Roster:
    return rosters.read(text.encode() if isinstance(text, str) else text, name)


def xlsx(rows: list[list[Any]]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def archive(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in parts.items():
            packed.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize(
    "text",
    [
        HEADING + "ines@example.org,Inês,Costa,ines\n",
        HEADING + "Ines@Example.org , Inês,  Costa,ines",
        "User name;Last-name;FIRST_NAME;E-Mail\r\nines;Costa;Inês;ines@example.org\r\n",
        "username\temail\tgiven name\tsurname\tyear\nines\tines@example.org\tInês\tCosta\t10\n",
        '"email","first name","last name","username"\n"ines@example.org","Inês","Costa","ines"\n\n',
    ],
)
def test_a_list_is_read_whatever_divides_it_and_however_the_columns_are_called(text: str) -> None:
    assert read(text) == rosters.Roster((INES,), ())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_list_is_read_in_each_encoding_that_a_spreadsheet_writes(encoding: str) -> None:
    assert read((HEADING + "ines@example.org,Inês,Costa,ines\n").encode(encoding)).rows == (INES,)


def test_a_workbook_is_read_like_a_text_file() -> None:
    rows = [["email", "first name", "last name", "username"], ["ines@example.org", "Inês", "Costa", "ines"]]
    assert read(xlsx(rows), "class.xlsx") == rosters.Roster((INES,), ())


def test_a_number_in_a_workbook_is_a_name_without_a_point() -> None:
    found = read(xlsx([["email", "username"], ["a@example.org", 10234], ["b@example.org", 10235.0]]), "class.xlsx")
    assert [row.username for row in found.rows] == ["10234", "10235"]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("nobody,A,B,", "row 3: “nobody” is not an e-mail address."),
        (",,,-", "row 3: has neither an e-mail address nor a name."),
        ("INES@example.org,A,B,", "row 3: is the same person as row 2."),
        ("other@example.org,A,B,INES", "row 3: is the same person as row 2."),
        (
            "a@example.org,A,B,a,more",
            "row 3: has more columns than the headings; is a text with the separator not in quotes?",
        ),
        (f"a@example.org,{'x' * 151},B,a", "row 3: “xxxxxxxxxxxxxxxxxxxx…” is too long."),
    ],
)
def test_a_row_that_cannot_be_taken_is_named_and_the_others_are_read(line: str, fault: str) -> None:
    found = read(f"{HEADING}ines@example.org,Inês,Costa,ines\n{line}\n")
    assert found.rows == (INES,)
    assert [str(issue) for issue in found.issues] == [fault]


def test_rows_keep_the_numbers_that_the_spreadsheet_shows() -> None:
    found = read("\n\nemail\n\na@example.org\n\nnobody\n")
    assert [row.number for row in found.rows] == [5]
    assert found.issues[0].where == "row 7"


def test_a_text_that_a_spreadsheet_made_a_date_is_named() -> None:
    rows = [["email", "username"], ["a@example.org", datetime(2026, 2, 1, tzinfo=UTC).replace(tzinfo=None)]]
    assert "turned a text into a date" in str(read(xlsx(rows), "class.xlsx").issues[0])


@pytest.mark.parametrize(
    ("data", "name", "sentence"),
    [
        (b"", "class.csv", "empty"),
        (b" \n\n", "class.csv", "empty"),
        (b",,\n", "class.csv", "empty"),
        (b"email\n", "class.csv", "only a heading"),
        (b"class,room\n10B,12\n", "class.csv", "tells who is meant. Choose what each holds: “column A”, “column B”"),
        (b"email,E-Mail\na@example.org,b@example.org\n", "class.csv", "“E-Mail” is there twice"),
        (b"email\na\x00@example.org\n", "class.csv", "characters that no list has"),
        (b'email\n"a@example.org\n', "class.csv", "quotes in row 2"),
        (b"email\n" + b"x" * 140_000, "class.csv", "far too long"),
        (b"email\n" + b"x" * 1_000_000, "class.csv", "larger than 1 MB"),
        (b"%PDF-1.7", "class.csv", "PDF"),
        (b"<html><table><tr><td>email", "class.xls", "web page"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "class.xls", "old or encrypted Excel file"),
        (b"email\na@example.org\n", "class.ods", "this is “.ods”"),
        (b"PK\x03\x04broken", "class.xlsx", "cannot be read as XLSX"),
    ],
)
def test_a_file_that_is_no_roster_is_refused_with_a_sentence(data: bytes, name: str, sentence: str) -> None:
    with pytest.raises(ImportRejected, match=sentence):
        rosters.read(data, name)


def test_two_thousand_rows_are_read_and_one_more_is_refused() -> None:
    lines = [f"p{number}@example.org" for number in range(2001)]
    assert len(read("\n".join(["email", *lines[:2000]])).rows) == 2000
    with pytest.raises(ImportRejected, match="at most 2000 rows"):
        read("\n".join(["email", *lines]))


def test_a_formula_is_not_computed_but_named() -> None:
    with pytest.raises(ImportRejected, match="Cell A2 is a formula"):
        read(xlsx([["email"], ['=HYPERLINK("http://x")']]), "class.xlsx")


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ({"xl/workbook.xml": b"<x/>", "xl/sharedStrings.xml": b" " * 30_000_000}, "far too large"),
        ({f"part{number}": b"" for number in range(300)}, "more than 200 parts"),
        ({"content.xml": b"<x/>"}, "not an Excel file"),
        ({"xl/workbook.xml": b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'}, "cannot be read as XLSX"),
        ({"xl/workbook.xml": b"<x/>"}, "cannot be read as XLSX"),
    ],
)
def test_an_archive_that_is_a_trap_or_no_workbook_is_refused(parts: dict[str, bytes], sentence: str) -> None:
    with pytest.raises(ImportRejected, match=sentence):
        read(archive(parts), "class.xlsx")


def test_a_sheet_that_claims_to_be_endless_is_read_to_its_end() -> None:
    data = xlsx([["email"], ["a@example.org"]])
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    assert b'ref="A1:A2"' in parts[sheet]
    parts[sheet] = parts[sheet].replace(b'ref="A1:A2"', b'ref="A1:XFD1048576"')
    assert [row.email for row in read(archive(parts), "class.xlsx").rows] == ["a@example.org"]
