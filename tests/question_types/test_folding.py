"""Folding: what two texts may differ in and still be one answer, and what makes them two."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.question_types.folding import Sight, folded, visible, without_accents


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("naïve", "naive"),
        ("Ørsted é", "ørsted e"),
        ("ά", "α"),
        ("שָׁלוֹם", "שלום"),
        ("مُحَمَّد", "محمد"),
        ("العـــربية", "العربية"),  # a word drawn out
        ("Королёв", "Королев"),
        ("молоде́ц", "молодец"),
        ("İzmir", "izmir"),
        ("DİYARBAKIR", "diyarbakır"),
        ("Straße", "STRASSE"),
        ("ΟΔΟΣ", "οδος"),
    ],
)
def test_case_and_accents_are_left_out_by_default(one: str, other: str) -> None:
    assert folded(one) == folded(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("かぎ", "かき"),
        ("ガス", "カス"),
        ("ぱす", "ばす"),
        ("мой", "мои"),
        ("їх", "іх"),
        ("ў", "у"),
        ("ћ", "h"),
        ("ไม้", "ไม่"),
        ("ไม้", "ไม"),
        ("क्या", "कया"),
        ("क़लम", "कलम"),
        ("বাংলা", "বালা"),
        ("ခြား", "ခြာ"),
        ("bản", "bạn"),
        ("bản", "ban"),
        ("mơ", "mo"),
        ("lǜ", "lu"),
        ("أحمد", "احمد"),
        ("가", "각"),
    ],
)
def test_a_mark_that_belongs_to_its_letter_makes_another_word(one: str, other: str) -> None:
    assert folded(one) != folded(other)


@pytest.mark.parametrize("word", ["naïve", "שָׁלוֹם", "مُحَمَّد", "Королёв", "ά"])
def test_where_accents_matter_every_mark_counts(word: str) -> None:
    assert folded(word, Sight.ACCENTS) != folded(without_accents(word), Sight.ACCENTS)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("un\u200btso", "untso"),
        ("\ufeffuntso\u2060", "untso"),
        ("co\u00adoperation", "cooperation"),
        ("good\u00a0\u2009offices", "good offices"),
        ("ﬁrst", "first"),
        ("ＵＮＴＳＯ", "UNTSO"),
        ("ｶﾞｽ", "ガス"),
        ("e\u0301", "é"),
        ("\u202euntso", "untso"),
        ("❤\ufe0f", "❤"),
    ],
)
def test_what_a_reader_cannot_see_is_no_difference_however_sharply_one_looks(one: str, other: str) -> None:
    assert folded(one, Sight.BOTH) == folded(other, Sight.BOTH)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("d’Ivoire", "d'Ivoire"),
        ("d`Ivoire", "d'Ivoire"),
        ("Hawaiʻi", "Hawai'i"),
        ("צה״ל", 'צה"ל'),
        ("“Agenda”", '"Agenda"'),
        ("„Agenda“", "«Agenda»"),
        ("P–5", "P-5"),
        ("P—5", "P‑5"),
        ("בית־ספר", "בית-ספר"),
        ("wait…now", "wait...now"),
        ("90º", "90°"),
        ("90˚", "90°"),
        ("1⁄2", "1/2"),
        ("½", "1/2"),
        ("3½", "3 1/2"),
        ("10²", "10^2"),
        ("m²", "m2"),
        ("m²", "m^2"),
        ("(a+b)²", "(a+b)^2"),
        ("H₂O", "h2o"),
        ("Ca²⁺", "Ca2+"),
        ("untso.", "untso"),
        ("はい。", "はい"),
        ("हाँ।", "हाँ"),
    ],
)
def test_what_phones_and_word_processors_make_of_signs_is_no_difference(one: str, other: str) -> None:
    assert folded(one) == folded(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("10²", "102"),
        ("2³", "23"),
        ("3½", "31/2"),
        ("C", "C#"),
        ("cooperation", "co-operation"),
        ("5", "-5"),
        ("コーヒー", "コ-ヒ-"),
    ],
)
def test_what_a_reader_sees_is_a_difference(one: str, other: str) -> None:
    assert folded(one) != folded(other)


@pytest.mark.parametrize("sign", ["?", "!", ".", "…", "。"])
def test_a_sign_that_is_the_whole_answer_stays(sign: str) -> None:
    assert folded(sign)


ODD = st.text(
    alphabet=st.characters(codec="utf-8", exclude_characters="\x00") | st.sampled_from("a1^+-./ ²½éİß֑でไ้\u200d"),
    max_size=12,
)


@given(ODD, st.sampled_from(Sight))
def test_folding_twice_changes_nothing_more(text: str, sight: Sight) -> None:
    assert folded(folded(text, sight), sight) == folded(text, sight)


@given(ODD, ODD)
def test_who_looks_more_sharply_sees_no_fewer_differences(one: str, other: str) -> None:
    for sight in (Sight.CASE, Sight.ACCENTS, Sight.BOTH):
        if folded(one, sight) == folded(other, sight):
            assert folded(one) == folded(other)
    if visible(one) == visible(other):
        assert folded(one, Sight.BOTH) == folded(other, Sight.BOTH)
