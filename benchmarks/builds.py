"""How long the book takes to build (cold, after an edit, unchanged), and each notebook to run."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from book import ROOT
from book.execution import chapter_paths

EDITED = "chapters/04-vanishing-gradients.md"


def _copy(folder: Path) -> None:
    files = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],  # noqa: S607 (git, wherever it is)
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    for name in files.stdout.splitlines():
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, folder / name)
    (folder / "node_modules").symlink_to(ROOT / "node_modules")


def _build(folder: Path) -> tuple[float, dict[str, int]]:
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "book.build"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        check=True,
        capture_output=True,
        text=True,
    )
    seconds = time.perf_counter() - start
    pages = re.findall(r"executed (chapters/\S+) in (\d+) s", done.stdout + done.stderr)
    return seconds, {page: int(taken) for page, taken in pages}


def main() -> None:
    """Build a copy of the book three times and print the ratios."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _copy(folder)
        rows = [("cold", *_build(folder))]
        page = folder / EDITED
        page.write_text(page.read_text("utf-8") + "\nOne more sentence.\n", "utf-8")
        rows.append(("after an edit of prose", *_build(folder)))
        rows.append(("nothing changed", *_build(folder)))
    cold = rows[0][1]
    print(f"{len(chapter_paths())} pages; environment already installed\n")
    print(f"{'build':<24}{'pages executed':>16}{'seconds':>10}{'of cold':>10}")
    for what, seconds, executed in rows:
        print(f"{what:<24}{len(executed):>16}{seconds:>10.1f}{seconds / cold:>10.3f}")
    taken = rows[0][2]
    print("\nthe notebooks in the cold build, executed two at a time, each in a fresh kernel\n")
    print(f"{'notebook':<40}{'seconds':>10}{'of all':>10}")
    for name in sorted(taken):
        print(f"{name:<40}{taken[name]:>10}{taken[name] / sum(taken.values()):>10.2f}")


if __name__ == "__main__":
    main()
