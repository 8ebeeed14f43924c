"""SineLab's default run in the page, from key press to forecast, beside Lightning's training."""

from __future__ import annotations

import time
from statistics import median
from typing import TYPE_CHECKING

import torch

from benchmarks.variants import quiet_lightning, sine_parts, train_with_lightning
from book import ROOT
from book.browsing import browsing, served

if TYPE_CHECKING:
    from playwright.sync_api import Locator

PAGE = "chapters/06-sine.html"
SEEDS = range(7)
# Resolves with the milliseconds from the key press to the picture of the finished run.
FINISHED = """
lab => {
  window.finished = new Promise((resolve) => {
    let start = NaN;
    let training = false;
    addEventListener("keydown", (event) => { start = event.timeStamp; }, { once: true });
    const watcher = new MutationObserver(() => {
      if (Number.isNaN(start)) return;
      const trained = lab.textContent.includes("Trained in this page");
      training ||= !trained;
      if (!training || !trained) return;
      watcher.disconnect();
      requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - start)));
    });
    watcher.observe(lab, { subtree: true, childList: true, characterData: true, attributes: true });
  });
}
"""


def _run_lab(lab: Locator) -> float:
    """Press the right arrow on the slider of the seed; return seconds until the forecast stands."""
    slider = lab.locator('input[type="range"][data-control="seed"]')
    slider.focus()
    lab.evaluate(FINISHED)
    lab.page.keyboard.press("ArrowRight")
    milliseconds: float = lab.page.evaluate("() => window.finished")
    return milliseconds / 1000


def main() -> None:
    """Train by turns in the page and with Lightning, each in wall time, and print the ratio."""
    torch.set_num_threads(1)
    quiet_lightning()
    pairs = []
    with served(ROOT / "_build" / "html") as address, browsing() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(f"{address}/{PAGE}", wait_until="load")
        lab = page.locator('[data-lab="SineLab"]').first
        lab.scroll_into_view_if_needed()
        lab.locator('input[data-control="seed"]').first.wait_for()
        for seed in SEEDS:
            _, _, training, validation = sine_parts(seed)
            start = time.perf_counter()
            train_with_lightning(training, validation, seed)
            lightning = time.perf_counter() - start
            pairs.append((_run_lab(lab), lightning))
    ratios = sorted(ours / theirs for ours, theirs in pairs)
    print(f"{len(pairs)} runs of each, by turns, wall seconds; the page also draws as it learns\n")
    print(f"{'SineLab, median':<24}{median(a for a, _ in pairs):8.2f}")
    print(f"{'Lightning, median':<24}{median(b for _, b in pairs):8.2f}")
    print(
        f"{'SineLab / Lightning':<24}{median(ratios):8.2f}   ({ratios[0]:.2f} to {ratios[-1]:.2f})"
    )


if __name__ == "__main__":
    main()
