"""What a page weighs when it is transferred, gzipped, beside a page of a stock Jupyter Book."""

from __future__ import annotations

import gzip
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Response, Route

from book import ROOT
from book.browsing import browsing, served
from book.execution import chapter_paths

KINDS = ("HTML", "JS", "CSS", "fonts", "other")
SUFFIX = {".html": "HTML", ".js": "JS", ".css": "CSS", ".woff2": "fonts", ".woff": "fonts"}


def _local(route: Route) -> None:
    here = urlsplit(route.request.url).hostname in {"127.0.0.1", None, ""}
    (route.continue_ if here else route.abort)()


def _weigh(browser: Browser, address: str) -> dict[str, int]:
    context = browser.new_context()
    context.route("**/*", _local)
    tab = context.new_page()
    responses: list[Response] = []
    tab.on("response", lambda response: responses.append(response))
    tab.goto(address, wait_until="load")
    tab.wait_for_timeout(1500)
    sizes = dict.fromkeys(KINDS, 0)
    for response in responses:
        if response.url.startswith("http") and response.ok:
            kind = SUFFIX.get(Path(urlsplit(response.url).path).suffix, "other")
            sizes[kind] += len(gzip.compress(response.body(), 6))
    context.close()
    return sizes


def weigh(folder: Path, pages: list[str]) -> dict[str, dict[str, int]]:
    """Load pages in a browser, other hosts refused; return gzipped bytes by kind for each."""
    with served(folder) as address, browsing() as browser:
        return {page: _weigh(browser, f"{address}/{page}") for page in pages}


def _stock() -> dict[str, int]:
    """Build Jupyter Book's own nearly empty page and weigh what comes from its own host."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "_config.yml").write_text("title: Stock\n")
        (folder / "_toc.yml").write_text("format: jb-book\nroot: intro\n")
        (folder / "intro.md").write_text("# Stock\n\nOne sentence and $x^2$.\n")
        start = "from jupyter_book.cli.main import main; main()"
        subprocess.run(
            [sys.executable, "-c", start, "build", name], check=True, capture_output=True
        )
        return weigh(folder / "_build" / "html", ["intro.html"])["intro.html"]


def main() -> None:
    """Weigh every page and print the table."""
    html = ROOT / "_build" / "html"
    pages = [p.relative_to(ROOT).with_suffix(".html").as_posix() for p in chapter_paths()]
    weights = weigh(html, pages)
    stock = _stock()
    base = sum(stock[k] for k in KINDS[:3])
    head = "".join(f"{k:>8}" for k in KINDS)
    print(f"{'KB, gzipped':<36}{head}{'H+J+C':>8}{'all':>8}{'/stock':>8}")
    for name, sizes in {**weights, "stock page (without its CDN)": stock}.items():
        three = sum(sizes[k] for k in KINDS[:3])
        row = "".join(f"{sizes[k] / 1000:>8.1f}" for k in KINDS)
        total = sum(sizes.values())
        print(f"{name:<36}{row}{three / 1000:>8.1f}{total / 1000:>8.1f}{three / base:>8.2f}")


if __name__ == "__main__":
    main()
