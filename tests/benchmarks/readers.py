"""What it takes to read 5 MB of each format: `python -m tests.benchmarks.readers [format …]`

Each file, of questions with four options and feedback, is read in a process of its own: seconds of CPU to find out the format
and to read all of it at once, and MiB by which that raised the peak of memory. An import reads it in slices. Linux only.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quizsite.settings")

from tests import environment  # noqa: F401  the settings of a test process

django.setup()

from quizzes import formats, question_types  # noqa: E402
from quizzes.formats import encodings  # noqa: E402
from quizzes.formats.base import QuestionDraft  # noqa: E402
from quizzes.formats.budgets import Budget  # noqa: E402
from tests.benchmarks.imports import question, words  # noqa: E402
from tests.benchmarks.uploads import peak  # noqa: E402

SIZE = 5_000_000
KEYS = ("json", "moodle_xml", "gift", "qti12", "qti", "table", "table_csv", "kahoot", "aiken", "text")
MOST = {"kahoot": 4_900, "table": 2_500}  # cells of a workbook; its 5 MB would be far more than are read


def sized(number: int, *, is_short: bool) -> QuestionDraft:
    draft = question(number)
    if is_short:  # as Kahoot wants them
        options = [{"text": f"{words(number, 2)} {n}", "correct": n == 0} for n in range(4)]
        draft = replace(draft, spec={"stem": f"Which {words(number, 5)} {number}?", "options": options})
    return replace(draft, spec=question_types.normalized(draft.type, draft.spec))


def file_of(key: str) -> bytes:
    one = formats.get(key)
    some = [sized(number, is_short=key == "kahoot") for number in range(100)]
    each = len(one.write(some)) / 100
    count = min(MOST.get(key, 5_000), one.most_in_file if key in ("qti", "qti12") else 5_000, int(SIZE / each))
    return one.write(sized(number, is_short=key == "kahoot") for number in range(count))


def read(key: str, name: str) -> None:
    """Read one file in this process and print what it took."""
    data = Path(name).read_bytes()
    formats.get(key).parse(formats.get(key).write([sized(1, is_short=True)]))  # what is loaded once is loaded now
    before, began = peak(), time.process_time()
    text, _encoding = encodings.as_utf8(data)
    formats.detect(name, text)
    told = time.process_time()
    drafts, issues = formats.get(key).parse(text, budget=Budget(clock=lambda: 0.0))
    took, more = time.process_time() - told, peak() - before
    found = f"{len(drafts)} questions, {len(issues)} issues"
    print(
        f"{key:11}{len(data) / 1e6:5.1f} MB  told {told - began:.2f} s  read {took:.2f} s  {more:5.0f} MiB  {found}",
        flush=True,
    )


def main(keys: tuple[str, ...]) -> None:
    with TemporaryDirectory() as folder:
        for key in keys:
            path = Path(folder) / f"bank{formats.get(key).extension}"
            path.write_bytes(file_of(key))
            subprocess.run([sys.executable, "-m", __spec__.name, "--read", key, str(path)], check=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--read"]:
        read(*sys.argv[2:4])
    else:
        main(tuple(sys.argv[1:]) or KEYS)
