"""Rosters as they come from schools: encodings, separators, titles, headings in many languages, names in one column."""

import random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from quizzes.errors import ImportRejected
from quizzes.formats import rosters
from quizzes.formats.budgets import Budget
from quizzes.formats.rosters import Choice, Roster, UnclearList
from tests.formats.test_rosters import read, xlsx

LETTERS = {
    "cp1252": "Nachname;Vorname;E-Mail\nMüller;Jörg;joerg@example.org\nGroß;Änne;aenne@example.org\n",
    "mac_roman": "Nachname;Vorname;E-Mail\nMüller;Jörg;joerg@example.org\nGroß;Änne;aenne@example.org\n",
    "cp850": "Nachname;Vorname;E-Mail\nMüller;Jörg;joerg@example.org\nJäger;René;rene@example.org\n",
    "cp1250": "Nazwisko;Imię;E-mail\nWiśniewski;Łukasz;lukasz@example.org\nŻółć;Małgorzata;m@example.org\n",
}
FRENCH = "Nom;Prénom;Courriel\nLefèvre;Zoé;zoe@example.org\nO’Brien;Françoise;f@example.org\n"
SPANISH = "Nombre;Apellidos;Correo electrónico\nBegoña;Núñez;b@example.org\nIñaki;Ibáñez;i@example.org\n"


def people(found: Roster) -> list[tuple[str, str, str]]:
    return [(row.first_name, row.last_name, row.email) for row in found.rows]


@pytest.mark.parametrize(("encoding", "text"), LETTERS.items())
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_letters_of_an_old_encoding_are_read_right(encoding: str, text: str, end: str) -> None:
    found = read(text.replace("\n", end).encode(encoding))
    assert found.layout is not None
    assert (found.layout.encoding, found) == (encoding, read(text))


@pytest.mark.parametrize("text", [FRENCH, SPANISH])
def test_french_and_spanish_lists_of_windows_are_read_right(text: str) -> None:
    assert read(text.encode("cp1252")) == read(text)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_read(encoding: str) -> None:
    assert people(read("email,first name\na@example.org,Zoé\n".encode(encoding))) == [("Zoé", "", "a@example.org")]


def test_an_instructor_chooses_another_encoding() -> None:
    data = "e-mail;vorname;nachname\niv@example.org;Иван;Петров\n".encode("cp1251")
    assert rosters.read(data, "a.csv", Choice(encoding="cp1251")).rows[0].full_name == "Иван Петров"
    with pytest.raises(UnclearList, match="not UTF-8 all through"):
        rosters.read(data, "a.csv", Choice(encoding="utf-8"))


def test_no_encoding_but_those_offered_is_ever_used() -> None:
    data = b"email\na@example.org\n"
    assert rosters.read(data, "a.csv", Choice(encoding="utf-7")).rows == read(data).rows


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_a_comma_in_a_name_divides_nothing_where_another_sign_does(sign: str) -> None:
    found = read(f'Name{sign}E-Mail\n"Costa, Inês"{sign}ines@example.org\n')
    assert people(found) == [("Inês", "Costa", "ines@example.org")]


def test_names_with_commas_are_not_quoted_where_semicolons_divide() -> None:
    found = read("Name;E-Mail\nCosta, Inês;ines@example.org\nLund, Jonas;jonas@example.org\n")
    assert people(found) == [("Inês", "Costa", "ines@example.org"), ("Jonas", "Lund", "jonas@example.org")]


def test_the_line_in_which_excel_names_the_separator_is_no_row() -> None:
    assert people(read("sep=;\r\nE-Mail;Vorname\r\na@example.org;Zoé\r\n")) == [("Zoé", "", "a@example.org")]


@pytest.mark.parametrize(
    "heading",
    [
        "E-Mail-Adresse;Vorname;Nachname",
        "School e-mail;Given name;Family name",
        "Courriel;Prénom;Nom",
        "Adresse e-mail;Prénom;Nom de famille",
        "Correo electrónico;Nombre;Apellidos",
        "Indirizzo e-mail;Nome;Cognome",
        "E-mailadres;Voornaam;Achternaam",
        "Endereço de e-mail;Nome;Sobrenome",
        "Adres e-mail;Imię;Nazwisko",
        "E-Mail;Vorname;Name",
    ],
)
def test_headings_are_understood_in_the_languages_of_schools(heading: str) -> None:
    assert people(read(f"{heading}\nines@example.org;Inês;Costa\n")) == [("Inês", "Costa", "ines@example.org")]


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("Vorname/Nachname", "Ana Maria Costa"),
        ("Name", "Costa, Ana Maria"),
        ("Name", "Ana Maria Costa"),
        ("Student", "Costa, Ana Maria"),
        ("Nachname, Vorname", "Costa Ana Maria"),
        ("Nom Prénom", "Costa Ana Maria"),
        ("Full name", "Ana Maria Costa"),
    ],
)
def test_a_full_name_in_one_column_is_divided(heading: str, name: str) -> None:
    found = read(f"{heading};E-Mail\n{name};a@example.org\n")
    assert people(found) == [("Ana Maria", "Costa", "a@example.org")]


def test_titles_above_the_headings_are_no_people() -> None:
    rows = [
        ["Class list 10B"],
        ["Year 2026/27", None, None],
        [],
        ["Nr", "Name", "E-Mail"],
        [1, "Ana Costa", "a@example.org"],
    ]
    found = read(xlsx(rows), "class.xlsx")
    assert people(found) == [("Ana", "Costa", "a@example.org")]
    assert found.rows[0].number == 5
    assert found.layout is not None
    assert (found.layout.heading, found.layout.above, found.layout.ignored) == (4, 2, ("Nr",))


def test_without_headings_addresses_and_names_are_known_by_how_they_look() -> None:
    found = read("1;Ana Costa;a@example.org\n2;Jonas Lund;j@example.org\n")
    assert people(found) == [("Ana", "Costa", "a@example.org"), ("Jonas", "Lund", "j@example.org")]
    assert found.layout is not None
    assert found.layout.heading == 0
    assert found.layout.ignored == ("column A",)


def test_a_column_of_addresses_under_an_unknown_heading_is_a_guess_and_said_to_be_one() -> None:
    found = read("Kontakt,Vorname\na@example.org,Ana\n")
    assert found.layout is not None
    assert [column.name for column in found.layout.guessed] == ["Kontakt"]
    assert people(found) == [("Ana", "", "a@example.org")]


def test_addresses_of_parents_are_nobodys_log_in() -> None:
    found = read("Vorname,Nachname,E-Mail der Eltern\nAna,Costa,mum@example.org\n")
    assert people(found) == [("Ana", "Costa", "")]


def test_of_two_columns_with_addresses_neither_is_guessed() -> None:
    found = read("Name,Kontakt 1,Kontakt 2\nAna Costa,a@example.org,b@example.org\n")
    assert found.layout is not None
    assert (people(found), found.layout.ignored) == ([("Ana", "Costa", "")], ("Kontakt 1", "Kontakt 2"))


def test_columns_that_are_not_understood_are_chosen() -> None:
    data = b"x,y,z\nAna,Costa,ac10\n"
    with pytest.raises(UnclearList) as refusal:
        read(data)
    assert refusal.value.layout is not None
    assert refusal.value.layout.sample[0] == (1, ("x", "y", "z"))
    chosen = Choice(heading=1, columns=("first_name", "last_name", "username"))
    assert rosters.read(data, "a.csv", chosen).rows == (rosters.RosterRow(2, "", "Ana", "Costa", "ac10"),)


def test_a_choice_that_makes_no_sense_is_refused_or_left_alone() -> None:
    data = b"email,name\na@example.org,Ana\n"
    with pytest.raises(UnclearList, match="there twice"):
        rosters.read(data, "a.csv", Choice(columns=("email", "email")))
    with pytest.raises(UnclearList, match="tells who is meant"):
        rosters.read(data, "a.csv", Choice(columns=("__class__", "")))
    with pytest.raises(UnclearList, match="nobody in this list"):
        rosters.read(data, "a.csv", Choice(heading=999, columns=("email", "full_name")))


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0", "@SUM(A1)", "+1", "＝1"])
def test_a_name_that_begins_like_a_formula_is_not_taken(name: str) -> None:
    found = read(f'email,name\na@example.org,"{name}"\nb@example.org,Ana\n')
    assert [row.number for row in found.rows] == [3]
    assert "begins like a formula" in str(found.issues[0])


def test_two_people_of_one_name_are_two() -> None:
    assert len(read("name\nAna Costa\nAna Costa\n").rows) == 2


def test_the_sample_is_read_as_it_says() -> None:
    found = read("\n".join(",".join(row) for row in rosters.SAMPLE))
    assert found.issues == ()
    assert [row.full_name for row in found.rows] == ["Inês Costa", "Jörg Müller"]


# Whatever comes -------------------------------------------------------------------------------------------------------

WORKBOOK = xlsx([["Nr", "Name", "E-Mail"], [1, "Ana Costa", "a@example.org"]])
SEEDS = [*(text.encode(encoding) for encoding, text in LETTERS.items()), FRENCH.encode("utf-16"), WORKBOOK]
CHOICES = st.builds(
    Choice,
    encoding=st.sampled_from(["", "utf-8", "utf-16-le", "gb18030", "shift_jis", "cp1255", "nonsense"]),
    heading=st.integers(-1, 4),
    columns=st.lists(st.sampled_from(["", "email", "full_name", "last_first", "x"]), max_size=4).map(tuple),
)


def answered(data: bytes, name: str, choice: Choice) -> None:
    """The file gives people or issues, or is refused with a sentence of ours; nothing else is ever raised."""
    try:
        found = rosters.read(data, name, choice, budget=Budget(clock=lambda: 0.0))
    except ImportRejected:
        return
    assert found.rows or found.issues
    assert all(row.email or row.username or row.full_name for row in found.rows)


@given(st.binary(max_size=300), st.sampled_from(["", "a.csv", "a.xlsx"]), CHOICES)
@example(b"sep=\n\n", "a.csv", Choice())
@example(b'sep="\na"b\n', "a.csv", Choice())
def test_any_bytes_give_a_report_or_a_sentence(data: bytes, name: str, choice: Choice) -> None:
    answered(data, name, choice)


@given(st.text(alphabet="aé@.;,|\t\"'\n\r=- \u0301\u200bMÜ1", max_size=200), CHOICES)
def test_any_text_gives_a_report_or_a_sentence(text: str, choice: Choice) -> None:
    answered(text.encode(), "a.csv", choice)


@given(st.sampled_from(SEEDS), st.integers(0, 10**9), CHOICES)
def test_a_list_with_broken_bytes_gives_a_report_or_a_sentence(data: bytes, seed: int, choice: Choice) -> None:
    chance, broken = random.Random(seed), bytearray(data)
    for _time in range(chance.randint(1, 5)):
        place = chance.randrange(len(broken))
        broken[place : place + chance.choice((0, 1, 1, 1, 9))] = chance.randbytes(chance.choice((0, 1, 1, 3)))
    answered(bytes(broken), "", choice)
