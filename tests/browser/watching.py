"""Listening to what pages complain about, in every test of the browser."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Response

REPORT_VIOLATIONS = """document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`));"""
LOADING = "Failed to load resource"  # told with its status by `response`; a cut connection is what tests are about


class Watch:
    """Collects complaints; `settle` fails the test when there are any that it did not `allow`."""

    def __init__(self) -> None:
        self.complaints: list[str] = []
        self.allowed: tuple[str, ...] = ()

    def allow(self, *parts: str) -> None:
        """Complaints that contain one of these are what the test provokes."""
        self.allowed += parts

    def over(self, context: BrowserContext) -> None:
        context.add_init_script(REPORT_VIOLATIONS)
        context.on("page", self._page)

    def _page(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(LOADING):
            self.complaints.append(f"{message.type}: {message.text}")

    def _response(self, response: Response) -> None:
        if response.status in (404, 405) or response.status >= 500:
            self.complaints.append(f"{response.status}: {response.request.method} {response.url}")

    def settle(self) -> None:
        left = [one for one in self.complaints if not any(part in one for part in self.allowed)]
        assert not left, "\n".join(left)
