"""What the first view of a page weighs and when it stands there, in Chromium on a phone that is slowed down, with an empty cache.

python -m tests.benchmarks.first_paint [--throttle 4]

For each page: bytes as sent, ms until the largest paint, and how much of the page moved (0: nothing).
"""

from __future__ import annotations

import argparse
import json
import shutil
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from tests.benchmarks import site
from tests.benchmarks.page_turns import PHONE

WATCH = """
window.seen = { paint: 0, moved: 0 };
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) seen.paint = entry.startTime;
}).observe({ type: "largest-contentful-paint", buffered: true });
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) seen.moved += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""
SETTLED_MS = 1_500  # after the last byte: what moves late is seen as well


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--throttle", type=float, default=4, help="how many times slower the processor is")
    options = parser.parse_args()
    site.prepare()
    from quizzes.models import Attempt, Classroom, Unit, User  # noqa: PLC0415

    student, teacher = User.objects.get(username="student"), User.objects.get(username="teacher")
    room, unit = Classroom.objects.earliest("pk"), Unit.objects.earliest("position")
    result = Attempt.objects.taken_by(student).filter(status=Attempt.Status.GRADED).earliest("pk")
    running = _running(student)
    pages: dict[Any, list[str]] = {
        None: ["/", "/accounts/login/", "/accounts/signup/"],
        student: [
            "/",
            "/quizzes/",
            f"/quizzes/{result.quiz.slug}/",
            f"/attempts/{running.pk}/questions/1/",
            f"/attempts/{result.pk}/result/",
            unit.get_absolute_url(),
            "/review/",
            "/progress/",
            f"/classrooms/{room.pk}/board/",
        ],
        teacher: ["/", "/admin/", "/admin/quizzes/question/", f"/classrooms/{room.pk}/gradebook/"],
    }
    cookies = dict(zip((student, teacher), site.sessions([student, teacher]), strict=True))
    server = site.Server().start()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        first_view(browser, f"http://127.0.0.1:{server.port}", None, "/", 1)  # the server's own first reply
        for user, paths in pages.items():
            for path in paths:
                facts = first_view(
                    browser, f"http://127.0.0.1:{server.port}", cookies.get(user), path, options.throttle
                )
                print(json.dumps({"who": user.username if user else "a stranger", "page": path, **facts}), flush=True)
        browser.close()
    server.stop()


def _running(student: Any) -> Any:
    from quizzes import clock  # noqa: PLC0415
    from quizzes.models import Quiz  # noqa: PLC0415
    from quizzes.services import attempts  # noqa: PLC0415

    return attempts.start(student, Quiz.objects.get(slug="t6-four-concepts"), now=clock.now())


def first_view(browser: Browser, server: str, session: str | None, path: str, throttle: float) -> dict[str, float]:
    context = browser.new_context(**PHONE)
    if session:
        context.add_cookies([{"name": "sessionid", "value": session, "url": server}])
    context.add_init_script(WATCH)
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": throttle})
    devtools.send("Network.enable")
    sizes: list[float] = []
    devtools.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(server + path, wait_until="networkidle")
    page.wait_for_timeout(SETTLED_MS)
    paint, moved = page.evaluate("[seen.paint, seen.moved]")
    context.close()
    return {"kilobytes": round(sum(sizes) / 1000, 1), "largest_paint_ms": round(paint), "moved": round(moved, 4)}


if __name__ == "__main__":
    main()
