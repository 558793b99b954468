"""How a page looks: whether axe finds fault with it, and whether it fits a window."""

from __future__ import annotations

from functools import cache
from typing import Any, Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize, expect

WIDE: ViewportSize = {"width": 1280, "height": 900}
NARROW: ViewportSize = {"width": 390, "height": 844}
ZOOMED: ViewportSize = {"width": 320, "height": 256}  # a window of 1280 by 1024 at 400 %
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
COLORS = ["color-contrast"]  # all that depends on the theme

AT_REST = """async () => {
  await document.fonts.ready;
  const aFrame = () => new Promise((goOn) => { requestAnimationFrame(goOn); setTimeout(goOn, 100); });
  const isMoving = () => document.getAnimations().some((one) => one.playState === "running");
  for (let still = 0, frames = 0; still < 3 && frames < 300; frames += 1) {
    await aFrame();
    still = isMoving() ? 0 : still + 1;
  }
}"""  # a color that is inherited may start to change when the one above it has done so

COVERING = """[...document.querySelectorAll("body *")].filter((one) => {
  const { position, visibility } = getComputedStyle(one);
  const { width, height } = one.getBoundingClientRect();
  return /fixed|sticky/.test(position) && visibility === "visible" && width > 160 && height > innerHeight / 2;
}).map((one) => one.outerHTML.slice(0, 200))"""  # what stays in view and hides more than half of it


@cache
def axe() -> Axe:
    return Axe()


def wait_for_rest(page: Page) -> None:
    """Fonts are there and nothing moves: from now on the page is as it is drawn."""
    page.evaluate(AT_REST)


def faults(page: Page, *, only: list[str] | None = None) -> list[str]:
    wait_for_rest(page)
    run = {"type": "rule", "values": only} if only else {"type": "tag", "values": RULES}
    # `preload` would copy imported style sheets into the page, which the policy rightly refuses
    options = {"runOnly": run, "resultTypes": ["violations"], "preload": False}
    found: dict[str, Any] = axe().run(page, options=options).response
    return [
        f"{rule['id']}: {node['html']} ({node['failureSummary']})"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


def resize(page: Page, size: ViewportSize) -> None:
    """Give a page another window and wait until it has drawn itself in it: before, widths are of the old one."""
    page.set_viewport_size(size)
    wait_for_rest(page)


def expect_fits(page: Page) -> None:
    """Nothing scrolls sideways."""
    size = page.viewport_size
    assert size is not None
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], page.url


def expect_clean(page: Page, *, narrow: bool = False) -> None:
    """Neither in light nor in dark; at 400 % nothing scrolls sideways or covers the page; with `narrow` also on a phone."""
    schemes: list[tuple[Literal["light", "dark"], list[str] | None]] = [("light", None), ("dark", COLORS)]
    for scheme, only in schemes:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        expect(page.locator("html")).to_have_attribute("data-theme", scheme)
        assert faults(page, only=only) == [], (page.url, scheme)
    resize(page, ZOOMED)
    expect_fits(page)
    assert page.evaluate(COVERING) == [], page.url
    resize(page, NARROW)
    assert not narrow or faults(page) == [], (page.url, "narrow")
    resize(page, WIDE)
