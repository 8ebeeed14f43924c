"""A browser on the built site, with every other host refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route

from book import ROOT
from book.browsing import browsing, served

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

HTML = ROOT / "_build" / "html"


@dataclass
class Visit:
    """A page in the browser, and everything that went wrong while it was open."""

    page: Page
    url: str
    requests: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def html() -> Path:
    assert (HTML / "index.html").exists(), "the site is not built: run `make book` first"
    return HTML


@pytest.fixture(scope="session")
def site(html: Path) -> Iterator[str]:
    """Serve the built site on this machine; yields its address."""
    with served(html) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with browsing() as chromium:
        yield chromium


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Open a page with every host but this machine refused; close it after the test."""
    contexts = []

    def open_page(url: str, **options: object) -> Visit:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        contexts.append(context)
        seen = Visit(context.new_page(), url)

        def route(request: Route) -> None:
            address = request.request.url
            parts = urlsplit(address)
            if parts.scheme in {"data", "blob", "file"} or parts.hostname == "127.0.0.1":
                request.continue_()
            else:
                seen.requests.append(address)
                request.abort()

        context.route("**/*", route)
        page = seen.page
        page.on("pageerror", lambda error: seen.faults.append(f"exception: {error}"))
        page.on(
            "console",
            lambda m: seen.faults.append(f"console: {m.text}") if m.type == "error" else None,
        )
        page.on("requestfailed", lambda r: seen.faults.append(f"failed: {r.url}"))
        page.on(
            "response",
            lambda r: seen.faults.append(f"{r.status}: {r.url}") if r.status >= 400 else None,
        )
        page.goto(url, wait_until="load")
        return seen

    yield open_page
    for context in contexts:
        context.close()
