"""A slider of GradientExplorer answers in the next frame, beside `interact` through a kernel.

Both sides show the three gradients of TinyRNN over 1..L, and go through the same settings with real
key presses: L from its least to its greatest, then wh_init upwards from 0.5. The next key is
pressed when the picture of the last one has been painted. The site's own handler is timed inside;
everything else from the key event's own time stamp to the first task after the frame that holds the
new picture. Neither side waits for Playwright inside what is timed. A busy machine shows in the p95
of both: run it on an idle one.
"""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from book import ROOT
from book.browsing import browsing, served
from tests.browser.jupyterlab import NOTEBOOK, Notebook, jupyterlab, write_notebook

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

PAGE = "chapters/04-vanishing-gradients.html"
SITE_MOVES = {"length": 99, "wh_init": 120}  # every L; wh_init from 0.5 to 1.7 in steps of 0.01
LAB_MOVES = {"length": 20, "wh_init": 24}  # the same ranges in steps of 5 and 0.05
WARM_UP = 5
FRAME_MS = 1000 / 60
# In an isolated page the browser's clock is finer.
ISOLATED = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
}

# Before the page's own scripts: every listener of a slider is timed.
WRAP = """
window.handled = 0;
const add = EventTarget.prototype.addEventListener;
EventTarget.prototype.addEventListener = function (type, listener, options) {
  const slider = this instanceof HTMLInputElement && this.type === "range";
  if (!slider || typeof listener !== "function") return add.call(this, type, listener, options);
  const timed = function (event) {
    const start = performance.now();
    listener.call(this, event);
    window.handled += performance.now() - start;
  };
  return add.call(this, type, timed, options);
};
"""
# `watch(root, picture)` makes `painted`, which resolves when the next key press has led to a new
# picture that is painted.
# `frames` counts the frames begun since the key press: 1 is the next frame.
PAINTED = """
window.watch = (root, picture) => {
  window.painted = new Promise((resolve) => {
    let start = NaN;
    let frames = 0;
    let ready = false;
    const before = root.querySelector(picture).src;
    const key = (event) => {
      start = event.timeStamp;
      window.handled = 0;
      removeEventListener("keydown", key, true);
      requestAnimationFrame(tick);
    };
    const done = () => {
      watcher.disconnect();
      resolve({ handler: window.handled, painted: performance.now() - start, frames });
    };
    const tick = () => {
      frames += 1;
      if (!ready) { requestAnimationFrame(tick); return; }
      const channel = new MessageChannel();
      channel.port1.onmessage = done;
      channel.port2.postMessage(0);
    };
    const watcher = new MutationObserver(async (records) => {
      if (Number.isNaN(start) || ready) return;
      const touched = records.some(({ target, addedNodes }) =>
        (target instanceof Element && target.closest(picture)) ||
        [...addedNodes].some((node) => node instanceof Element &&
          (node.closest(picture) || node.querySelector(picture))));
      const image = root.querySelector(picture);
      if (!touched || !image || (image.src && image.src === before)) return;
      if (image instanceof HTMLImageElement) await image.decode();
      ready = true;
    });
    watcher.observe(root, { subtree: true, childList: true, attributes: true });
    addEventListener("keydown", key, true);
  });
};
"""
# What a reader would write: torch's gradients for 1..L, drawn by Matplotlib on a log axis.
CELL = """\
import matplotlib.pyplot as plt
import torch
from ipywidgets import FloatSlider, IntSlider, interact
from rnnkit.gradients import tiny_rnn_gradients

torch.set_num_threads(1)


def show(length, wh_init):
    rows = tiny_rnn_gradients(wh_init, list(range(1, length + 1)))
    fig, ax = plt.subplots(figsize=(7, 4))
    for name in ("h_init", "wh", "wy"):
        ax.plot([r.length for r in rows], [abs(getattr(r, name)) for r in rows], ".-", label=name)
    ax.set(yscale="log", title=f"wh_init = {wh_init:.2f}, L = {length}")
    ax.legend()
    plt.show()


_ = interact(
    show,
    length=IntSlider(1, min=1, max=101, step=5),
    wh_init=FloatSlider(0.5, min=0.5, max=1.7, step=0.05),
)
"""

Sample = dict[str, float]


def _press(
    page: Page,
    slider: Locator,
    root: Locator,
    picture: str,
    moves: int,
    key: str = "ArrowRight",
) -> list[Sample]:
    """Press an arrow key `moves` times; return what each took, in milliseconds."""
    samples = []
    slider.focus()
    for _ in range(moves):
        root.evaluate("(root, picture) => window.watch(root, picture)", picture)
        page.keyboard.press(key)
        sample: Any = page.evaluate("() => window.painted")
        samples.append(sample)
    return samples


def _site(browser: Browser) -> tuple[list[Sample], int]:
    """Move the sliders of the built page; return the samples and the clock's step in µs."""
    with served(ROOT / "_build" / "html", ISOLATED) as address:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.add_init_script(WRAP + PAINTED)
        page.goto(f"{address}/{PAGE}", wait_until="load")
        clock = 5 if page.evaluate("crossOriginIsolated") else 100
        lab = page.locator('[data-lab="GradientExplorer"]').first
        lab.wait_for()
        samples = []
        for name, moves in SITE_MOVES.items():
            slider = lab.locator(f'input[type="range"][data-control="{name}"]')
            if name == "length":
                _press(page, slider, lab, ".rnn-lab-picture", WARM_UP)
                slider.press("Home")
            samples += _press(page, slider, lab, ".rnn-lab-picture", moves)
        page.close()
    return samples, clock


def _kernel(browser: Browser) -> list[Sample]:
    """Move the sliders that `interact` makes in JupyterLab, its kernel drawing each picture."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write_notebook(root / NOTEBOOK, [CELL])
        with jupyterlab(root) as address:
            notebook = Notebook(browser, address(NOTEBOOK))
            notebook.run(0)
            page, output = notebook.page, notebook.cell(0)
            output.locator("img").wait_for()
            page.evaluate(PAINTED)
            samples = []
            for index, moves in enumerate(LAB_MOVES.values()):
                slider = output.locator(".noUi-handle").nth(index)
                if index == 0:
                    _press(page, slider, output, "img", WARM_UP)
                    _press(page, slider, output, "img", WARM_UP, key="ArrowLeft")
                samples += _press(page, slider, output, "img", moves)
            notebook.close()
    return samples


def quantiles(values: list[float]) -> tuple[float, float]:
    """Return the 50th and the 95th percentile."""
    cuts = statistics.quantiles(values, n=100, method="inclusive")
    return cuts[49], cuts[94]


def main() -> None:
    """Press the keys on both sides and print the table."""
    with browsing() as browser:
        site, clock = _site(browser)
        kernel = _kernel(browser)
    ours = quantiles([s["painted"] for s in site])
    theirs = quantiles([s["painted"] for s in kernel])
    rows = {
        "site: the slider's handler": (len(site), quantiles([s["handler"] for s in site])),
        "site: key to painted picture": (len(site), ours),
        "interact + kernel: key to painted": (len(kernel), theirs),
    }
    print(f"{'milliseconds':<36}{'moves':>8}{'p50':>9}{'p95':>9}")
    for name, (moves, (middle, high)) in rows.items():
        print(f"{name:<36}{moves:>8}{middle:>9.2f}{high:>9.2f}")
    print(f"{'interact / site':<36}{'':>8}{theirs[0] / ours[0]:>8.1f}×{theirs[1] / ours[1]:>8.1f}×")
    next_frame = sum(s["frames"] == 1 for s in site)
    print(f"\nthe new picture was in the next frame for {next_frame} of {len(site)} moves")
    print(f"(a frame is {FRAME_MS:.1f} ms; the clock's step on the site's page is {clock} µs)")


if __name__ == "__main__":
    main()
