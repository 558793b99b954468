"""Which format a file has: told by its ending, and by its content where several formats share that."""

from __future__ import annotations

import pytest

from quizzes import formats
from tests.formats import test_kahoot, test_qti, test_qti12
from tests.formats.test_gift import examples

TABLE = b"Question,Option A,Option B,Correct\nQ,a,b,A\n"


@pytest.mark.parametrize(
    ("name", "data", "key"),
    [
        ("bank.json", b"[]", "json"),
        ("Bank.GIFT", b"ANSWER: A", "gift"),
        ("export.zip", test_qti.package(), "qti"),
        ("export.zip", test_qti12.package(), "qti12"),
        ("course.imscc", test_qti12.package(), "qti12"),
        ("export.zip", b"PK\x03\x04", "qti"),
        ("item.xml", test_qti.CHOICE.encode(), "qti"),
        ("quiz.xml", test_qti12.CHOICE.encode(), "qti12"),
        ("quiz.xml", b'<quiz><question type="essay"/></quiz>', "moodle_xml"),
        ("quiz.xml", b"<other/>", "moodle_xml"),
        ("quiz.csv", TABLE, "table"),
        ("quiz.csv", b"1. a\nA) b*\nC,D", "table"),
        ("quiz.csv", test_kahoot.text("1,Q,a,b,,,20,1"), "kahoot"),
        ("quiz.xlsx", test_kahoot.sheet([1, "Q", "a", "b", None, None, 20, 1]), "kahoot"),
        ("quiz.xls", b"\xd0\xcf\x11\xe0", "table"),
        ("quiz.txt", TABLE.replace(b",", b"\t").decode().encode("utf-16"), "table"),
        ("quiz.txt", b"Who?\nA. a\nB. b\nANSWER: A\n", "aiken"),
        ("quiz.txt", b"1. Who?\nA. a\nB. b\nANSWER: A\n", "text"),
        ("quiz.txt", b"Who?\nA. a\nB. b\nC. c\nANSWER: A, B\n", "text"),
        ("quiz.txt", b"Who? {=a ~b}", "gift"),
        ("quiz.txt", b"1. Who?\na) x\nb) y\nAnswer: b\n", "text"),
        ("quiz.txt", b"nothing", "text"),
        ("quiz", b"Who? {=a ~b}", "gift"),
    ],
)
def test_the_format_is_told_by_name_and_content(name: str, data: bytes, key: str) -> None:
    assert formats.detect(name, data).key == key


def test_a_file_that_is_none_of_them_is_unknown() -> None:
    with pytest.raises(KeyError):
        formats.detect("bank.doc", b"?")


@pytest.mark.parametrize("one", formats.all_formats(), ids=lambda one: one.key)
def test_what_a_format_writes_is_read_again_by_the_end_of_its_name(one: formats.Format) -> None:
    data = one.write(examples())
    found = formats.detect(f"questions{one.extension}", data)
    assert found.parse(data)[0] == one.parse(data)[0] != []
