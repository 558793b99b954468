"""Everything that the site knows about one person, for themselves to take away. Read only.

`registry` lists each model that says something about people: as a part of the files, or with the reason why it is in none.
A test holds it against the models, so a new table or field is not forgotten. `files` writes the parts as JSON or CSV.
"""

from quizzes.reports.own_data.files import csv_archive, json_file
from quizzes.reports.own_data.parts import Reader
from quizzes.reports.own_data.registry import NOT_INCLUDED, PARTS

__all__ = ["NOT_INCLUDED", "PARTS", "Reader", "csv_archive", "json_file"]
