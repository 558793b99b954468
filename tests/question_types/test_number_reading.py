"""Numbers as people write them, on paper, on phones and in other programs: the values they mean, and their units."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.question_types.number_reading import NotANumber, read_number


def values(text: str) -> list[Fraction]:
    return list(read_number(text).values)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("36", "36"),
        ("1.5", "1.5"),
        ("1,5", "1.5"),
        ("１．５", "1.5"),
        ("٣٦", "36"),
        (".5", "0.5"),
        (",5", "0.5"),
        ("5.", "5"),
        ("007", "7"),
        ("+3", "3"),
        ("1e3", "1000"),
        ("1,5E-3", "0.0015"),
        ("0,125", "0.125"),
        ("1200.125", "1200.125"),
        ("3。14", "3.14"),
        ("١٫٢٠٠", "1.2"),
        ("5\u200b", "5"),
        ("\u200e-5", "-5"),
    ],
)
def test_numbers_are_read_as_people_write_them(text: str, value: str) -> None:
    assert values(text) == [Fraction(value)]


@pytest.mark.parametrize("text", ["-3", "−3", "– 3", "‒3", "—3", "－３", "ー３", "- 3"])
def test_every_sign_that_a_keyboard_has_for_a_minus_is_one(text: str) -> None:
    assert values(text) == [-3]


@pytest.mark.parametrize("text", ["+3", "＋3", "﹢3"])
def test_every_plus_is_one(text: str) -> None:
    assert values(text) == [3]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 200", "1200"),
        ("1\u00a0200", "1200"),
        ("1\u2009200", "1200"),
        ("1\u202f200,5", "1200.5"),
        ("1'200", "1200"),
        ("1’200.50", "1200.5"),
        ("1´200", "1200"),
        ("1_000_000", "1000000"),
        ("١٬٢٠٠", "1200"),
        ("1,200,000", "1200000"),
        ("1.200.000", "1200000"),
        ("1,200.5", "1200.5"),
        ("1.200,5", "1200.5"),
        ("1,00,000", "100000"),
        ("12,34,567.5", "1234567.5"),
    ],
)
def test_groups_of_figures_are_read_in_every_way_of_setting_them_off(text: str, value: str) -> None:
    assert values(text) == [Fraction(value)]


@pytest.mark.parametrize(
    "text",
    [
        "1.5×10^6",
        "1.5 × 10⁶",
        "1.5*10^6",
        "1.5x10^6",
        "1.5X10^6",
        "1.5х10^6",  # the letter of a Cyrillic keyboard
        "1,5·10⁶",
        "1.5⋅10^6",
        "1.5*10**6",
        "1.5 × 10^(6)",
        "1.5 × 10^{6}",
        "1.5 × 10 ^ 6",
        "1.5 × 10^+6",
        "1.5.10^6",
        "1.5e6",
        "1.5E+06",
        "1.5 e6",
        "1500e3",
        "1 500 × 10³",
    ],
)
def test_a_power_of_ten_is_read_in_every_way_of_writing_it(text: str) -> None:
    assert values(text) == [1_500_000]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("10^3", "1000"),
        ("10³", "1000"),
        ("−10³", "-1000"),
        ("10⁻³", "0.001"),
        ("10^-3", "0.001"),
        ("−1.5 × 10⁻³", "-0.0015"),
        ("5 × 10^0", "5"),
        ("5.10^6", "5000000"),
        ("6.02214076×10²³", "602214076000000000000000"),
        ("1e−99", "1e-99"),
    ],
)
def test_a_power_of_ten_may_stand_alone_and_have_a_sign(text: str, value: str) -> None:
    assert values(text) == [Fraction(Decimal(value))]


@pytest.mark.parametrize(
    ("text", "first", "second"), [("1,200", 1200, "1.2"), ("1.200", "1.2", 1200), ("-87,250", -87250, "-87.25")]
)
def test_a_mark_before_three_digits_has_both_readings_the_likelier_first(
    text: str, first: object, second: object
) -> None:
    assert values(text) == [Fraction(str(first)), Fraction(str(second))]
    assert read_number(text).is_ambiguous


def test_a_comma_before_three_zeros_sets_off_thousands() -> None:
    assert values("16,000") == [16_000]
    assert values("16.000") == [16, 16_000]  # as programs write 16 with three decimals


@pytest.mark.parametrize(
    ("text", "with_point", "with_comma"),
    [
        ("1,200", 1200, "1.2"),
        ("1.200", "1.2", 1200),
        ("16,000", 16000, 16),
        ("1,5", "1.5", "1.5"),
        ("1.5", "1.5", "1.5"),
    ],
)
def test_a_question_that_names_the_decimal_mark_has_one_reading(
    text: str, with_point: object, with_comma: object
) -> None:
    assert read_number(text, decimal_mark="point").values == (Fraction(str(with_point)),)
    assert read_number(text, decimal_mark="comma").values == (Fraction(str(with_comma)),)


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("36 km", 36, "km"),
        ("36km.", 36, "km."),
        ("50%", 50, "%"),
        ("50 %", 50, "%"),
        ("%50", 50, "%"),
        ("５０％", 50, "%"),
        ("٥٠٪", 50, "%"),
        ("$5", 5, "$"),
        ("-$5", -5, "$"),
        ("$-5", -5, "$"),
        ("US$ 5", 5, "US$"),
        ("EUR 5", 5, "EUR"),
        ("€1.000,50", "1000.5", "€"),
        ("1 000 €", 1000, "€"),
        ("5,- €", 5, "€"),
        ("5,-", 5, ""),
        ("5.–", 5, ""),
        ("5 × 10^6 W", 5_000_000, "W"),
        ("5*10^6W", 5_000_000, "W"),
        ("5e3eV", 5000, "eV"),
        ("5 eV", 5, "eV"),
        ("5 (km)", 5, "(km)"),
        ("60/min", 60, "/min"),
        ("5'", 5, "'"),
        ("5 ºC", 5, "°C"),
        ("5℃", 5, "°C"),
        ("5 t CO₂", 5, "t CO2"),
        ("5 million", 5, "million"),
        ("about 1948", 1948, "about"),
    ],
)
def test_a_unit_stands_behind_a_number_or_before_it(text: str, value: object, unit: str) -> None:
    found = read_number(text)
    assert found.values == (Fraction(str(value)),)
    assert found.unit == unit


UNREADABLE = [
    "",
    "0x10",
    "∞",
    "-∞",
    "inf",
    "nan",
    "NaN",
    "--1",
    "+-1",
    "−$−5",
    "10₂",
    "½",
    "1/2",
    "1⁄2",
    "3½",
    "e3",
    "x3",
    "1e100",
    "1e1000000",
    "10^100",
    "10^2.5",
    "2^3",
    "2³",
    "1.5 × 106",
    "1.5 × 10",
    "1.5x10e6",
    "2*3",
    "1..5",
    "1,,5",
    "1,20,0",
    "12 00",
    "1 2",
    "1 200 '300",
    "1,2,3",
    "1.2.3",
    "1:2",
    "=1",
    "(36)",
    "36 - 2",
    "5—",
    "about 5 km",
    ".",
    ",",
    "-",
    "thirty-six",
    "①",
    "Ⅳ",
    "<b>1</b>",
    "9" * 41,
    "9" * 10_000,
]


@pytest.mark.parametrize("text", UNREADABLE)
def test_what_has_no_meaning_or_several_is_not_read(text: str) -> None:
    with pytest.raises(NotANumber):
        read_number(text)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=4))
def test_every_way_of_writing_a_number_means_it(number: Decimal) -> None:
    plain = f"{number:f}"
    for text in (
        plain,
        plain.replace(".", ","),
        plain.replace("-", "−"),
        f"{number:,.4f}".replace(",", " "),
        f"{number:,.4f}".replace(",", "\u202f"),
        f"{number:,.4f}".replace(",", "'"),
        f"{plain}e0",
        f"{plain} × 10^0",
    ):
        assert Fraction(number) in values(text)


@given(st.integers(-999, 999), st.integers(0, 999), st.integers(-99, 99))
def test_a_power_of_ten_and_an_exponent_mean_the_same(whole: int, part: int, power: int) -> None:
    number = f"{whole}.{part:04d}"
    expected = values(f"{number}e{power}")
    for text in (f"{number} × 10^{power}", f"{number}*10**{power}", f"{number.replace('.', ',')}·10^{power}"):
        assert values(text) == expected


@given(st.text(alphabet="0123456789.,' -+eExX×*^()%€km_²⁶½/\u202f", max_size=40))
def test_any_text_is_read_or_not(text: str) -> None:
    try:
        found = read_number(text)
    except NotANumber:
        return
    assert 1 <= len(found.values) <= 2
    assert read_number(found.number).values == found.values
