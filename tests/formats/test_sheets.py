"""Exports: texts never compute, numbers stay numbers, spreadsheets read the letters right."""

import csv
import io
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import load_workbook

from quizzes.formats import sheets

DANGEROUS = [
    '=HYPERLINK("http://x","y")',
    "+1+1",
    "-2",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    "\x00=1",
    "＝1",
    "＋1",
    "－1",
    "＠SUM(1)",
    " =1",
    "\n=1",
    "=cmd|' /C calc'!A0",
]
HARMLESS = ["kestrel", "a=b", "1 + 1", "Inês Costa", "", '"=1', "O'Neill", "王小明", "🦉"]


def read_csv(rows: list[list[Any]]) -> list[list[str]]:
    text = b"".join(sheets.csv_lines(rows)).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


def cells(rows: list[list[Any]]) -> list[Any]:
    book = load_workbook(io.BytesIO(sheets.xlsx_bytes(rows)))
    return [cell for row in book.active.iter_rows() for cell in row]  # type: ignore[union-attr]


@pytest.mark.parametrize("text", DANGEROUS)
def test_a_text_that_would_compute_begins_with_an_apostrophe(text: str) -> None:
    assert sheets.safe(text) == f"'{text}"
    assert read_csv([[text]])[0][0].startswith("'")
    (cell,) = cells([[text]])
    assert cell.data_type != "f"
    assert str(cell.value).startswith("'")


@pytest.mark.parametrize("text", HARMLESS)
def test_any_other_text_comes_back_as_it_was(text: str) -> None:
    assert sheets.safe(text) == text
    assert read_csv([[text, "end"]]) == [[text, "end"]]
    assert (cells([[text, "end"]])[0].value or "") == text


def test_numbers_stay_numbers_also_below_zero() -> None:
    row = [-2, 0, 12, Decimal("-0.50"), Decimal("92.50"), 0.25]
    assert read_csv([row]) == [["-2", "0", "12", "-0.50", "92.50", "0.25"]]
    found = cells([row])
    assert [cell.data_type for cell in found] == ["n"] * 6
    assert [float(cell.value) for cell in found] == [-2, 0, 12, -0.5, 92.5, 0.25]


def test_nothing_is_an_empty_cell() -> None:
    assert read_csv([[None, "x"]]) == [["", "x"]]


def test_a_csv_file_says_that_it_is_utf_8() -> None:
    assert b"".join(sheets.csv_lines([["Inês"]])) == b"\xef\xbb\xbfIn\xc3\xaas\r\n"


def test_an_empty_table_is_a_file_that_opens() -> None:
    assert b"".join(sheets.csv_lines([])) == b"\xef\xbb\xbf"
    assert cells([]) == []


def test_csv_is_written_line_by_line_while_the_rows_come() -> None:
    taken = []

    def rows() -> Iterator[list[int]]:
        for number in range(100_000):
            taken.append(number)
            yield [number]

    lines = sheets.csv_lines(rows())
    next(lines), next(lines)
    assert len(taken) == 1


def test_signs_that_a_workbook_cannot_hold_are_left_out() -> None:
    (cell,) = cells([["a\x0bb\x1fc"]])
    assert cell.value == "abc"


@pytest.mark.parametrize("text", ["\ud800", "a\udfffb"])
def test_half_a_character_breaks_no_export(text: str) -> None:
    assert b"".join(sheets.csv_lines([[text]]))
    assert sheets.xlsx_bytes([[text]])


@pytest.mark.parametrize("title", ["", "  ", "[a]:*?/\\", "x" * 300, "'", "10B"])
def test_any_title_makes_a_workbook_that_opens(title: str) -> None:
    book = load_workbook(io.BytesIO(sheets.xlsx_bytes([["a"]], title=title)))
    assert 1 <= len(book.sheetnames[0]) <= 31


def test_no_cell_of_the_workbook_is_a_formula_in_its_xml() -> None:
    data = sheets.xlsx_bytes([[text] for text in DANGEROUS])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        xml = archive.read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in xml
    assert b"<f " not in xml
