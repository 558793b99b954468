"""Units: which ways of typing one mean the same, and which are another unit."""

import pytest

from quizzes.question_types.units import plain_unit, same_unit


@pytest.mark.parametrize(
    ("unit", "typed"),
    [
        ("km²", "km2"),
        ("km²", "km^2"),
        ("km²", "㎢"),
        ("m s⁻¹", "ms^-1"),
        ("N·m", "Nm"),
        ("N·m", "N*m"),
        ("µm", "μm"),  # the sign and the Greek letter
        ("µm", "um"),
        ("Ω", "Ω"),  # the sign and the Greek letter
        ("kΩ", "kohm"),
        ("MΩ", "MOhm"),
        ("Ω", "Ohms"),
        ("°", "º"),
        ("°", "deg"),
        ("°", "degrees"),
        ("°C", "℃"),
        ("°C", "º C"),
        ("°C", "degC"),
        ("°C", "degrees Celsius"),
        ("Å", "Å"),  # the sign and the letter
        ("%", "％"),
        ("%", "٪"),
        ("%", "percent"),
        ("%", "per cent"),
        ("€", "EUR"),
        ("EUR", "euros"),
        ("$", "USD"),
        ("US$", "dollars"),
        ("′", "'"),
        ("″", '"'),
        ("km", "[km]"),
        ("km", "km."),
    ],
)
def test_these_are_the_same_unit_even_where_it_counts_exactly(unit: str, typed: str) -> None:
    assert same_unit(unit, typed, exactly=True)


@pytest.mark.parametrize(
    ("unit", "typed"),
    [
        ("mW", "MW"),
        ("ms", "Ms"),
        ("mPa", "MPa"),
        ("pF", "PF"),
        ("mΩ", "MΩ"),
        ("kB", "kb"),
        ("km", "m"),
        ("%", "‰"),
        ("$", "€"),
        ("m", ""),
    ],
)
def test_these_are_two_units_in_any_case(unit: str, typed: str) -> None:
    assert not same_unit(unit, typed)


@pytest.mark.parametrize(
    ("unit", "typed"), [("km", "KM"), ("kg", "Kg"), ("meters", "Meters"), ("countries", "COUNTRIES"), ("kB", "KB")]
)
def test_case_is_overlooked_where_it_makes_no_other_unit_and_the_unit_is_shown(unit: str, typed: str) -> None:
    assert same_unit(unit, typed)
    assert not same_unit(unit, typed, exactly=True)


@pytest.mark.parametrize("unit", ["km²", "m s⁻¹", "kΩ", "degrees Celsius", "per cent", "US$", "l/100 km", "×10⁶"])
def test_a_unit_is_evened_out_once_and_for_all(unit: str) -> None:
    assert plain_unit(plain_unit(unit)) == plain_unit(unit)
