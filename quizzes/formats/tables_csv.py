"""The same table of questions as tables.py, written as CSV. Either reads both."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy

from quizzes.formats import sheets, table_writer
from quizzes.formats.base import Format
from quizzes.formats.tables import Table


class TableCsv(Table):
    key = "table_csv"
    name = gettext_lazy("Table (CSV)")
    extension = ".csv"
    most_in_file = Format.most_in_file
    media_type = "text/csv"

    def written(self, rows: Iterable[dict[str, str]]) -> bytes:
        return b"".join(sheets.csv_lines(table_writer.cells(rows)))


FORMAT = TableCsv()
