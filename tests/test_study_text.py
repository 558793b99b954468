"""Footnotes, marked sentences and links to the glossary in the text of a note."""

from __future__ import annotations

import pytest

from quizzes.study_text import Glossary, SourceParagraph, places_in, render, sentences_of

ONE, TWO = SourceParagraph("qa", 1), SourceParagraph("essay", 2)


def html(text: str, **more: object) -> str:
    return str(render(text, places=[ONE, TWO], **more).html)  # type: ignore[arg-type]


def test_a_locator_becomes_a_numbered_link_and_the_same_place_keeps_its_number() -> None:
    text = render("A.[^1] B.[^essay:2] C.[^qa:1]", places=[ONE, TWO])
    assert text.footnotes == (ONE, TWO)
    assert text.html.count('href="#note-1"') == 2
    assert text.html.count('id="ref-1"') == 1
    assert 'href="#note-2"' in text.html


def test_a_locator_without_a_source_is_of_the_one_that_has_the_paragraph() -> None:
    assert places_in("A.[^2] B.[^1]", [ONE, TWO]) == [TWO, ONE]
    assert places_in("A.[^7]", [ONE]) == [SourceParagraph("qa", 7)]
    assert places_in("A.[^7]") == [SourceParagraph("", 7)]


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("First.[^2] Second is *so*.[^1] Third.", "Second is <em>so</em>."),
        ("- First.[^2]\n- **Bold.** Second.[^1]", "<strong>Bold.</strong> Second."),
        ("First;[^2] second.[^1]", "second."),
        ("First.[^2]\nSecond.[^1]", "Second."),
        ("| A | B |\n| --- | --- |\n| x[^2] | 45[^1] |", "45"),
    ],
)
def test_the_sentence_that_rests_on_a_place_is_marked_and_no_other(text: str, marked: str) -> None:
    found = html(text, marked=ONE)
    assert found.count("<mark>") == found.count("</mark>") == 1
    inside = found.split("<mark>")[1].split("</mark>")[0]
    assert inside.split("<sup")[0].strip() == marked


def test_a_place_that_the_note_does_not_rest_on_marks_nothing() -> None:
    assert "<mark>" not in html("First.[^1]", marked=SourceParagraph("qa", 9))


def test_the_first_occurrence_of_a_term_is_a_link_but_not_in_links_and_code() -> None:
    glossary = Glossary({"mandate": "/g#m", "mandates": "/g#m"})
    found = html("`mandate` [mandate](https://example.org/) Mandates and a mandate.", glossary=glossary)
    assert found.count('class="term"') == 1
    assert '<a class="term" href="/g#m">Mandates</a> and a mandate' in found
    assert "<code>mandate</code>" in found


def test_names_are_found_with_their_capitals_alone() -> None:
    glossary = Glossary({"P5": "/p5", "the Council": "/council"})
    found = html("The Council, not p5 nor the council; P5.", glossary=glossary)
    assert '<a class="term" href="/council">The Council</a>' in found
    assert '<a class="term" href="/p5">P5</a>' in found
    assert "not p5 nor the council" in found


@pytest.mark.parametrize(
    "text", ["<script>x</script>", "\ue002<b>\ue003", '[x](https://example.org "[^1]")', "\ue0009\ue001"]
)
def test_the_text_of_an_author_puts_no_markup_in(text: str) -> None:
    found = html(text)
    assert "<script" not in found
    assert "<b>" not in found
    assert "<mark" not in found
    assert "<sup" not in found


def test_sentences_are_read_as_they_were_typed() -> None:
    assert sentences_of("A is so.[^1] B is.\n\n- C;[^2] d\n| no | row |") == ["A is so.[^1]", "B is.", "C;[^2]", "d"]
