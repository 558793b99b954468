"""What fetching pages of an attempt before they are turned to costs the server, in Chromium, beside fetching them then.

python -m tests.benchmarks.prefetch [--attempts 8] [--reading-ms 800]
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
from collections import Counter

from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, sync_playwright

from tests.benchmarks import site
from tests.benchmarks.browser import Browser

WARM_UP = 2  # attempts
# A browser that is asked to save data fetches nothing early: the baseline.
SAVES_DATA = "Object.defineProperty(Navigator.prototype, 'connection', { get: () => ({ saveData: true }) });"
KINDS = {"pages": r"GET .*/questions/\d+/$", "saves": r"POST .*/save/$", "states": r"GET .*/state/$"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--attempts", type=int, default=8, help="of each kind, after two to warm up")
    parser.add_argument("--reading-ms", type=float, default=800, help="before each choice, and after it")
    options = parser.parse_args()
    site.prepare()
    from tests.benchmarks.work import quiz_of_ten  # noqa: PLC0415

    quiz, server = quiz_of_ten("one"), site.Server().start()
    kinds = {"fetched_when_turned_to": SAVES_DATA, "fetched_early": ""}
    people = {name: site.people(WARM_UP + options.attempts) for name in kinds}  # no database beside Playwright
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        facts: dict[str, dict[str, float]] = {}
        for name, script in kinds.items():
            asked: Counter[str] = Counter()
            before = 0.0
            for number, (_user, session) in enumerate(people[name]):
                if number == WARM_UP:
                    asked.clear()
                    before = server.cpu()
                page = opened(chromium, server.port, session, script, asked)
                take(page, Browser(server.port, session).start(quiz.slug), options.reading_ms)
                page.context.close()
            facts[name] = {"cpu_ms": round((server.cpu() - before) / options.attempts * 1000, 1)}
            facts[name] |= {kind: asked[kind] / options.attempts for kind in KINDS}
        chromium.close()
    server.stop()
    print(json.dumps(facts, indent=2))


def opened(chromium: Chromium, port: int, session: str, script: str, asked: Counter[str]) -> Page:
    """A page of a browser that runs the script first and counts what it asks for."""
    url = f"http://127.0.0.1:{port}"
    context = chromium.new_context(base_url=url)
    context.add_cookies([{"name": "sessionid", "value": session, "url": url}])
    context.add_init_script(script)
    page = context.new_page()
    page.on("request", lambda one: asked.update(kinds_of(f"{one.method} {one.url}")))
    return page


def kinds_of(request: str) -> list[str]:
    return [kind for kind, pattern in KINDS.items() if re.fullmatch(pattern, request)]


def take(page: Page, attempt: int, reading_ms: float) -> None:
    """Answer ten questions one after the other, going back to none of them."""
    page.goto(f"/attempts/{attempt}/questions/1/")
    for slot in range(1, 11):
        page.locator(f"#question-{slot} .stem").wait_for()
        page.wait_for_timeout(reading_ms)
        page.locator("input[type=radio]").first.check(force=True)
        page.wait_for_timeout(reading_ms)
        if slot < 10:
            page.locator(".turn [data-next]").click()


if __name__ == "__main__":
    main()
