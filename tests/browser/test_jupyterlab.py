"""The labs in a real JupyterLab with its kernel: browser and Python stay in step, both ways."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

import rnnkit.widgets
from rnnkit.gradients import tiny_rnn_gradients
from tests.browser.jupyterlab import NOTEBOOK, Notebook, jupyterlab, write_notebook

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Locator

pytestmark = pytest.mark.browser
NAMES = ("h_init", "wh", "wy")
WAIT_MS = 30_000
LABS = rnnkit.widgets.__all__


def show_traits(lab: str) -> str:
    """Return the cell that prints what Python holds."""
    return f"print({{name: getattr({lab}, name) for name in {lab}.traits_of_lab}})"


CELLS = {
    "show": "from rnnkit.widgets import GradientExplorer\n"
    "lab = GradientExplorer(wh_init=0.5, length=10)\n"
    "lab",
    "traits": show_traits("lab"),
    "set": "lab.length = 40\nlab.wh_init = 1.05",
    "length": "lab.length = 101",
    "activation": 'lab.activation = "sine"',
}
for name in LABS:
    CELLS |= {
        f"{name} shows": f"import rnnkit.widgets as w\n{name.lower()} = w.{name}()\n{name.lower()}",
        f"{name} traits": show_traits(name.lower()),
        # the last line is the first trait's own default, as a new instance has it
        f"{name} back": f"first = w.{name}.traits_of_lab[0]\n"
        f"setattr({name.lower()}, first, getattr(w.{name}(), first))",
    }
INDEX = {name: i for i, name in enumerate(CELLS)}


@pytest.fixture(scope="module")
def opened(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Notebook]:
    root = tmp_path_factory.mktemp("jupyterlab")
    write_notebook(root / NOTEBOOK, list(CELLS.values()))
    with jupyterlab(root) as address:
        notebook = Notebook(browser, address(NOTEBOOK))
        yield notebook
        notebook.close()


@pytest.fixture
def notebook(opened: Notebook) -> Iterator[Notebook]:
    """The open notebook; after every test: no error, no request to another host, no hash."""
    yield opened
    faults, refused = opened.faults[:], opened.refused[:]
    opened.faults.clear()
    opened.refused.clear()
    assert faults == []
    assert refused == []
    assert urlsplit(opened.page.url).fragment == "", "a lab writes the hash of a page not its own"


@pytest.fixture(scope="module")
def explorer(opened: Notebook) -> Locator:
    """Run the cell that shows a GradientExplorer; return the lab in its output."""
    return shown(opened, "show", "GradientExplorer")


def shown(notebook: Notebook, cell: str, name: str) -> Locator:
    assert "Traceback" not in notebook.run(INDEX[cell])
    lab = notebook.cell(INDEX[cell]).locator(f'[data-lab="{name}"]')
    expect(lab).to_have_count(1, timeout=WAIT_MS)
    expect(lab.locator("svg").first).to_be_visible(timeout=WAIT_MS)
    return lab


def traits(notebook: Notebook, cell: str) -> dict[str, object]:
    """Return what Python holds, printed by a cell.

    The widget's message was sent before the cell, on the same channel, so the kernel has it.
    """
    return ast.literal_eval(notebook.run(INDEX[cell]).strip())


def typed(lab: Locator, trait: str) -> Locator:
    return lab.locator(f'[data-typed="{trait}"]')


def number(text: str) -> float:
    return float(text.replace("\N{MINUS SIGN}", "-"))


def expect_numbers(notebook: Notebook, lab: Locator, wh_init: float, length: int) -> None:
    """Wait until the numbers on screen are torch's, to the last bit."""
    truth = tiny_rnn_gradients(wh_init, [length])[0]
    for name in NAMES:
        notebook.page.wait_for_function(
            "([root, name, value]) => "
            "Number(root.querySelector(`[data-name=${name}]`).dataset.value) === value",
            arg=[lab.element_handle(), name, getattr(truth, name)],
        )


def test_the_lab_mounts_with_torchs_numbers(notebook: Notebook, explorer: Locator) -> None:
    expect(typed(explorer, "wh_init")).to_have_value("0.5", timeout=WAIT_MS)
    expect(typed(explorer, "length")).to_have_value("10", timeout=WAIT_MS)
    expect_numbers(notebook, explorer, 0.5, 10)


def test_a_slider_moved_by_keyboard_changes_the_python_trait(
    notebook: Notebook, explorer: Locator
) -> None:
    before = traits(notebook, "traits")
    for trait, key in (("wh_init", "ArrowRight"), ("length", "ArrowRight"), ("length", "PageUp")):
        slider = explorer.locator(f'input[type="range"][data-control="{trait}"]')
        slider.focus()
        slider.press(key)
        after = traits(notebook, "traits")
        assert after[trait] == number(typed(explorer, trait).input_value())
        assert after[trait] > before[trait], f"{key} on {trait} does not reach Python"
        assert {t for t in after if after[t] != before[t]} == {trait}
        before = after
    expect_numbers(notebook, explorer, before["wh_init"], before["length"])


def test_traits_set_in_python_show_torchs_numbers(notebook: Notebook, explorer: Locator) -> None:
    assert notebook.run(INDEX["set"]) == ""
    expect(typed(explorer, "length")).to_have_value("40", timeout=WAIT_MS)
    expect(typed(explorer, "wh_init")).to_have_value("1.05", timeout=WAIT_MS)
    expect_numbers(notebook, explorer, 1.05, 40)


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("length", "LabValueError: length must be a whole number from 1 to 100, got 101 (int)"),
        (
            "activation",
            "LabValueError: activation must be one of 'relu', 'tanh', 'linear', got 'sine' (str)",
        ),
    ],
)
def test_a_wrong_value_in_python_is_refused_in_words_and_changes_nothing(
    cell: str, message: str, notebook: Notebook, explorer: Locator
) -> None:
    before = typed(explorer, "length").input_value(), traits(notebook, "traits")
    assert notebook.run(INDEX[cell]).rstrip().endswith(message)
    assert (typed(explorer, "length").input_value(), traits(notebook, "traits")) == before


@pytest.mark.parametrize("name", LABS)
def test_every_lab_mounts_and_stays_in_step_both_ways(name: str, notebook: Notebook) -> None:
    lab = shown(notebook, f"{name} shows", name)
    before = traits(notebook, f"{name} traits")
    trait = next(iter(before))
    slider = lab.locator(f'input[type="range"][data-control="{trait}"]')
    slider.focus()
    slider.press("ArrowRight")
    here = number(typed(lab, trait).input_value())
    assert here != before[trait], f"ArrowRight on {trait} changes nothing"
    assert traits(notebook, f"{name} traits") == {**before, trait: here}
    notebook.run(INDEX[f"{name} back"])
    page = notebook.page
    page.wait_for_function(
        "([field, value]) => Number(field.value.replace('\N{MINUS SIGN}', '-')) === value",
        arg=[typed(lab, trait).element_handle(), before[trait]],
    )
