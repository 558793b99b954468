"""Texts of authors as HTML: a little Markdown, and nothing that could act."""

import pytest

from quizzes.markup import inline_markdown, markdown, plain


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
