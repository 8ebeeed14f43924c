"""Every page of the table of contents, in a browser: nothing breaks and nothing leaves."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup

from book import ROOT
from book.execution import chapter_paths

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser
NAMES = [p.relative_to(ROOT).with_suffix(".html").as_posix() for p in chapter_paths()]
EXTRA = ["search.html", "genindex.html"]
AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")

# What axe finds and we cannot mend here: (rule, selector, upstream issue).
EXEMPT: list[tuple[str, str, str]] = []


def _settle(seen: Visit) -> None:
    """Scroll through the page, so that all of it is loaded, and wait for the labs."""
    page = seen.page
    page.evaluate("""async () => {
        const step = innerHeight;
        for (let y = 0; y < document.documentElement.scrollHeight; y += step) {
            scrollTo(0, y);
            await new Promise(requestAnimationFrame);
        }
        scrollTo(0, 0);
    }""")
    page.wait_for_function(
        "() => [...document.querySelectorAll('.rnn-lab-mount')].every((m) => m.dataset.mounted)",
        timeout=15000,
    )


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("scheme", ["http", "file"])
def test_page_opens_without_errors_requests_to_others_or_dead_labs(
    name: str, scheme: str, site: str, html: Path, visit: Callable[..., Visit]
) -> None:
    url = f"{site}/{name}" if scheme == "http" else (html / name).as_uri()
    seen = visit(url)
    _settle(seen)
    assert seen.requests == [], "the page asks another host for something"
    assert seen.faults == [], "the page has errors"
    mounts = seen.page.evaluate(
        "() => [...document.querySelectorAll('.rnn-lab-mount')].map((m) => m.dataset.mounted)"
    )
    assert set(mounts) <= {"true"}, f"a lab did not mount: {mounts}"
    source = BeautifulSoup((html / name).read_text("utf-8"), "html.parser")
    assert len(mounts) == len(source.select(".rnn-lab-mount"))
    for mount in source.select(".rnn-lab-mount"):
        lab = f'[data-lab="{mount["data-mount"]}"]'
        assert seen.page.locator(lab).count() >= 1, f"{lab} is missing"


@pytest.mark.parametrize("name", [*NAMES, "search.html"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(name: str, theme: str, site: str, visit: Callable[..., Visit]) -> None:
    seen = visit(f"{site}/{name}", color_scheme=theme, reduced_motion="reduce")
    _settle(seen)
    assert seen.page.evaluate("document.documentElement.dataset.theme") == theme
    # Closed solutions and answers are part of the page too.
    seen.page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    seen.page.evaluate(AXE)
    found = seen.page.evaluate("axe.run()")
    violations = [
        (v["id"], " ".join(map(str, n["target"])), n["failureSummary"])
        for v in found["violations"]
        for n in v["nodes"]
        if not any(v["id"] == rule and sel in str(n["target"]) for rule, sel, _ in EXEMPT)
    ]
    assert len(found["passes"]) > 10, "axe did not run"
    assert violations == []


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("javascript", [True, False])
def test_no_horizontal_scroll_at_360_px(
    name: str, javascript: bool, site: str, visit: Callable[..., Visit]
) -> None:
    seen = visit(
        f"{site}/{name}",
        viewport={"width": 360, "height": 740},
        java_script_enabled=javascript,
    )
    if javascript:
        _settle(seen)
        widest = seen.page.evaluate("""() => {
            const w = innerWidth;
            const wide = [...document.body.querySelectorAll('*')].filter(
                (e) => e.getBoundingClientRect().right > w + 1);
            return [document.documentElement.scrollWidth,
                    wide.slice(-3).map((e) => e.outerHTML.slice(0, 120))];
        }""")
        assert widest[0] <= 360, f"the page scrolls sideways: {widest[1]}"
    else:
        box = seen.page.locator("html").bounding_box()
        article = seen.page.locator(".bd-article").bounding_box()
        assert box is not None
        assert article is not None
        assert box["width"] <= 360
        assert article["x"] >= 0
        assert article["x"] + article["width"] <= 360


@pytest.mark.parametrize("name", NAMES)
def test_every_image_figure_and_lab_has_a_text_alternative(
    name: str, site: str, visit: Callable[..., Visit]
) -> None:
    seen = visit(f"{site}/{name}")
    _settle(seen)
    bare = seen.page.evaluate("""() => {
        const bare = [];
        const named = (e) => (e.getAttribute('aria-label') ?? e.getAttribute('alt') ?? '').trim()
            || e.getAttribute('aria-labelledby') || e.querySelector(':scope > title');
        const shown = 'main img, main svg, main canvas, main [data-lab]';
        for (const e of document.querySelectorAll(shown)) {
            // an icon in a button is named by the button's own words
            if (e.closest('[aria-hidden="true"], button')) continue;
            if (e.parentElement.closest('svg')) continue;
            if (!named(e)) bare.push(e.outerHTML.slice(0, 160));
        }
        for (const e of document.querySelectorAll('article figure')) {
            if (!e.querySelector('figcaption') || !e.id) bare.push(e.outerHTML.slice(0, 160));
        }
        return bare;
    }""")
    assert bare == []


@functools.cache
def _targets(path: Path) -> set[str]:
    return set(re.findall(r'\bid="([^"]+)"', path.read_text("utf-8")))


@pytest.mark.parametrize("name", [*NAMES, *EXTRA])
def test_every_internal_link_and_anchor_resolves(name: str, html: Path) -> None:
    soup = BeautifulSoup((html / name).read_text("utf-8"), "html.parser")
    dead, checked = [], 0
    for tag in soup.select("a[href], link[href], script[src], img[src]"):
        target = str(tag.get("href") or tag.get("src"))
        parts = urlsplit(target)
        if parts.scheme or target.startswith("//"):
            continue
        path = html / urljoin(name, unquote(parts.path)) if parts.path else html / name
        checked += 1
        if not path.exists():
            dead.append(target)
        elif parts.fragment and ":" not in parts.fragment and path.suffix == ".html":
            known = _targets(path)
            if unquote(parts.fragment) not in known:
                dead.append(target)
    assert dead == []
    assert checked > 0


def test_the_front_door_leads_to_the_first_page(site: str, visit: Callable[..., Visit]) -> None:
    seen = visit(f"{site}/index.html")
    seen.page.wait_for_url(f"{site}/{NAMES[0]}")
    assert seen.faults == []


@pytest.mark.parametrize("name", NAMES)
def test_content_is_there_without_javascript(
    name: str, site: str, html: Path, visit: Callable[..., Visit]
) -> None:
    seen = visit(f"{site}/{name}", java_script_enabled=False)
    article = seen.page.locator(".bd-article")
    source = BeautifulSoup((html / name).read_text("utf-8"), "html.parser")
    assert seen.requests == []
    assert seen.faults == []
    assert article.is_visible()
    # Figures, code, maths and the labs' default pictures: every one is laid out with a size.
    for selector in (".rnn-svg", "div.highlight", ".katex", ".rnn-lab-default svg"):
        shown = article.locator(selector)
        assert shown.count() == len(source.select(f".bd-article {selector}"))
        for index in range(shown.count()):
            element = shown.nth(index)
            if element.locator("xpath=ancestor::details").count():
                continue  # behind a summary, which opens without JavaScript
            box = element.bounding_box()
            assert box is not None, f"{selector} {index} has no size"
            assert box["height"] > 0, f"{selector} {index} has no height"
    assert "MathJax" not in seen.page.content()


CHAPTERS = [name for name in NAMES if re.match(r"chapters/\d", name)]


@pytest.mark.parametrize("name", CHAPTERS)
def test_the_summary_prints_on_one_page_with_a_plot(
    name: str, site: str, visit: Callable[..., Visit]
) -> None:
    page = visit(f"{site}/{name}").page
    # Leave the section alone on the page, inside all that styles it.
    plots = page.evaluate("""() => {
        const summary = document.querySelector('section[id^="summary"]');
        for (let here = summary; here !== document.body; here = here.parentElement)
            for (const other of here.parentElement.children)
                if (other !== here) other.style.setProperty("display", "none", "important");
        return summary.querySelectorAll("figure svg").length;
    }""")
    assert plots == 1, "a hand-out holds the one plot to remember"
    printed = page.pdf(format="A4")
    assert len(re.findall(rb"/Type /Page\b", printed)) == 1
