"""Texts of authors as HTML: a little Markdown, and nothing that could act."""

import pytest

from quizzes.markup import inline_markdown, markdown, plain, stem


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "![x](https://x.org/a.png)",
        "[x](javascript:alert(1))",
        "[x](//evil.org)",
        "[x](data:text/html,a)",
        '<a href="https://x.org" onclick="alert(1)">x</a>',
        "<svg onload=alert(1)>",
        "# Heading",
        "<javascript:alert(1)>",
    ],
)
def test_nothing_that_acts_comes_through(text: str) -> None:
    for html in (markdown(text), inline_markdown(text)):
        assert not any(
            tag in html for tag in ("<script", "<img", "<svg", "<h1", 'href="j', 'href="/', 'href="d', "<a onclick")
        )


def test_emphasis_lists_and_https_links_do() -> None:
    assert markdown("*a* and\n\n- b\n- c") == "<p><em>a</em> and</p>\n<ul>\n<li>b</li>\n<li>c</li>\n</ul>"
    link = inline_markdown("see [the page](https://un.org)")
    assert link == 'see <a href="https://un.org" rel="noopener noreferrer nofollow">the page</a>'


def test_a_year_at_the_start_of_a_line_is_no_list() -> None:
    assert markdown("1948. That year.") == "<p>1948. That year.</p>"
    assert inline_markdown("1. x") == "1. x"


def test_spaces_beside_a_gap_stay() -> None:
    assert inline_markdown(" was *set* up in ") == " was <em>set</em> up in "


def test_plain_words_have_no_marks_and_are_escaped_by_the_template() -> None:
    assert plain("*a* & <b>") == "a & <b>"
    assert not hasattr(plain("x"), "__html__")


def test_nothing_is_an_empty_text() -> None:
    assert markdown(None) == inline_markdown(None) == plain(None) == ""


@pytest.mark.parametrize("text", ["2*3*4", "a**b**c", "snake_case_name", "x*y", "5*6*"])
def test_signs_between_letters_and_digits_stay_signs(text: str) -> None:
    assert inline_markdown(text) == text
    assert markdown(text) == f"<p>{text}</p>"


def test_stars_around_words_still_mark_them() -> None:
    assert inline_markdown("*a* (**b**) `2*3*4`") == "<em>a</em> (<strong>b</strong>) <code>2*3*4</code>"


def test_a_table_is_a_table() -> None:
    html = markdown("| body | task |\n|---|:-:|\n| Council | *mandates* |")
    assert "<th>body</th>" in html
    assert "<td><em>mandates</em></td>" in html
    assert "style" not in html


def test_a_stem_of_one_paragraph_is_a_heading() -> None:
    assert stem("Who *decides*?", "h2", id="stem-1") == '<h2 class="stem" id="stem-1">Who <em>decides</em>?</h2>'


def test_a_stem_of_several_blocks_is_a_heading_and_what_follows() -> None:
    html = stem("Read this.\n\n> Peace\n\n1. one\n2. two\n\nWhich fits?", "h1", id="stem-1")
    assert html.startswith('<div class="stem stem-blocks" id="stem-1"><h1>Read this.</h1>\n<blockquote>')
    assert html.endswith("</ol>\n<p>Which fits?</p></div>")


def test_a_stem_that_begins_with_a_table_still_has_a_heading() -> None:
    html = stem("| a |\n|---|\n| b |", "h2")
    assert html.startswith('<div class="stem stem-blocks"><h2>Question</h2>\n<table>')


@pytest.mark.parametrize(
    "text", ["<script>x</script>", "![x](https://x.org/a.png)\n\n<img src=x>", "[x](javascript:1)"]
)
def test_nothing_acts_in_a_stem(text: str) -> None:
    html = stem(text, "h2")
    assert not any(tag in html for tag in ("<script", "<img", 'href="j'))
