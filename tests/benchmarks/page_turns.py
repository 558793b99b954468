"""How long a turned page of an attempt takes until its stem is painted, in Chromium on a phone that is slowed down.

python -m tests.benchmarks.page_turns [--throttle 4] [--latency 60]
"""

from __future__ import annotations

import argparse
import json
import shutil
from contextlib import suppress
from statistics import median
from typing import Any

from playwright.sync_api import Error, Page, sync_playwright

from tests.benchmarks import site
from tests.benchmarks.browser import Browser

PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
    "device_scale_factor": 2,
}
# From the press until the frame after the one in which another stem stands there; over a new document as well as without.
WATCH = """
const now = () => performance.timeOrigin + performance.now();
const stem = () => document.querySelector(".question .stem")?.textContent;
addEventListener("click", (event) => {
  if (event.target.closest(".turn")) sessionStorage.pressed = JSON.stringify([now(), stem()]);
}, { capture: true });
function look() {
  const [at, before] = JSON.parse(sessionStorage.pressed ?? "[0]");
  if (!at || !stem() || stem() === before) return requestAnimationFrame(look);
  delete sessionStorage.pressed;
  requestAnimationFrame(() => requestAnimationFrame(() => {
    sessionStorage.turned = now() - at;
    requestAnimationFrame(look);
  }));
}
requestAnimationFrame(look);
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--throttle", type=float, default=4, help="how many times slower the processor is")
    parser.add_argument("--latency", type=float, default=60, help="ms until a reply begins")
    parser.add_argument("--kilobytes", type=float, default=1_100, help="a second, in both directions")
    options = parser.parse_args()
    site.prepare()
    from tests.benchmarks.work import quiz_of_ten  # noqa: PLC0415

    quiz, server = quiz_of_ten("one"), site.Server().start()
    facts: dict[str, Any] = {}
    for name, pause_ms in (("read_then_next", 1_500), ("next_at_once", 0), ("turned_without_an_answer", -1)):
        (_user, session), *_rest = site.people(1)
        attempt = Browser(server.port, session).start(quiz.slug)
        turns = measured(f"http://127.0.0.1:{server.port}", session, attempt, pause_ms, options)
        facts[name] = {"median_ms": round(median(turns)), "worst_ms": round(max(turns)), "turns": len(turns)}
    server.stop()
    print(json.dumps(facts, indent=2))


def measured(server: str, session: str, attempt: int, pause_ms: int, options: argparse.Namespace) -> list[float]:
    """The milliseconds of each of nine turns: after a choice and a pause, or with nothing chosen where it is negative."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        context = browser.new_context(**PHONE)
        context.add_cookies([{"name": "sessionid", "value": session, "url": server}])
        context.add_init_script(WATCH)
        page = context.new_page()
        page.goto(f"{server}/attempts/{attempt}/questions/1/")
        slow_down(page, options)
        turns = [turn(page, pause_ms) for _slot in range(1, 10)]
        browser.close()
    return turns


def slow_down(page: Page, options: argparse.Namespace) -> None:
    devtools = page.context.new_cdp_session(page)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": options.throttle})
    bytes_a_second = options.kilobytes * 1024
    devtools.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": options.latency,
            "downloadThroughput": bytes_a_second,
            "uploadThroughput": bytes_a_second,
        },
    )


def turn(page: Page, pause_ms: int) -> float:
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(500)
    if pause_ms >= 0:
        page.evaluate("document.querySelector('.question input[type=radio]').click()")
        page.wait_for_timeout(pause_ms)
    page.evaluate("[...document.querySelectorAll('.turn button')].at(-1).click()")
    return turned(page)


def turned(page: Page) -> float:
    """Wait for the stem, over a document that may go meanwhile; a policy without `eval` lets no function be waited for."""
    for _try in range(200):
        page.wait_for_timeout(50)
        with suppress(Error):
            if found := page.evaluate("sessionStorage.turned ?? ''"):
                page.evaluate("delete sessionStorage.turned")
                return float(found)
    raise RuntimeError("The page was not turned.")


if __name__ == "__main__":
    main()
