"""Run every benchmark, or those named: `python -m benchmarks pages builds`."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path


def main() -> int:
    """Run the scripts of this folder in the order of their names."""
    here = Path(__file__).parent
    known = [p.stem for p in sorted(here.glob("[a-z]*.py"))]
    wanted = sys.argv[1:] or known
    if unknown := sorted(set(wanted) - set(known)):
        print(f"unknown benchmarks: {', '.join(unknown)}; there are {', '.join(known)}")
        return 2
    for name in wanted:
        module = importlib.import_module(f"benchmarks.{name}")
        print(f"\n{name}: {(module.__doc__ or '').splitlines()[0]}\n", flush=True)
        module.main()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
