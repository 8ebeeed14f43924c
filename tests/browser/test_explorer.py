"""GradientExplorer on the built site, driven by keyboard: its numbers are torch's."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

import pytest
import torch

from rnnkit.gradients import tiny_rnn_gradients

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Locator, Page

    from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser
PAGE = "chapters/04-vanishing-gradients.html"
DTYPES = {"float32": torch.float32, "float64": torch.float64}
NAMES = ("h_init", "wh", "wy")

# Every region (vanish, hold, explode), exact zeros, negative weights, overflow to inf and nan.
WEIGHTS_AND_LENGTHS = [
    *[(0.1, n) for n in (1, 5, 10, 60)],
    *[(0.5, n) for n in (1, 10, 100)],
    *[(1.0, n) for n in (1, 20, 100)],
    (0.99, 100),
    (1.05, 40),
    (1.3, 64),
    *[(2.0, n) for n in (24, 25, 26, 54, 100)],
    *[(10.0, n) for n in (3, 7, 8, 9, 10, 17, 38, 39, 40, 100)],
    (0.0, 1),
    (0.0, 7),
    *[(-0.5, n) for n in (1, 2, 9)],
    *[(-10.0, n) for n in (1, 2, 9, 40, 100)],
    (3.7, 31),
    (-1.0, 100),
]
SETTINGS = [
    (w, n, activation, precision)
    for i, (w, n) in enumerate(WEIGHTS_AND_LENGTHS)
    for activation, precision in (
        ("relu", ("float32", "float64")[i % 2]),
        ("linear", ("float64", "float32")[i % 2]),
        *((("tanh", ("float32", "float64")[i % 2]),) if i % 4 == 0 else ()),
    )
]


def lab_on(page: Page) -> Locator:
    return page.locator('[data-lab="GradientExplorer"]').first


def read(lab: Locator) -> dict[str, float]:
    values = {}
    for name in NAMES:
        text = lab.locator(f'[data-name="{name}"]').get_attribute("data-value")
        values[name] = float(str(text).replace("Infinity", "inf"))
    return values


def type_in(lab: Locator, name: str, text: str) -> None:
    """Type into a field as a person does, and leave it."""
    box = lab.locator(f'[data-typed="{name}"]')
    box.focus()
    box.press("Control+a")
    lab.page.keyboard.type(text)
    box.press("Enter")


def choose(lab: Locator, name: str, value: str) -> None:
    """Walk a radio group with the arrow keys until the value is chosen."""
    lab.locator(f'[data-control="{name}"]:checked').focus()
    for _ in range(4):
        chosen = lab.locator(f'[data-control="{name}"]:checked')
        if chosen.get_attribute("value") == value:
            return
        chosen.press("ArrowRight")
    pytest.fail(f"{name} cannot be set to {value} by keyboard")


def same(one: float, two: float) -> bool:
    return (math.isnan(one) and math.isnan(two)) or one == two


def test_the_numbers_on_screen_are_torchs(site: str, visit: Callable[..., Visit]) -> None:
    assert len(SETTINGS) >= 50
    seen = visit(f"{site}/{PAGE}")
    lab = lab_on(seen.page)
    lab.wait_for()
    wrong, kinds = [], set()
    for weight, length, activation, precision in SETTINGS:
        choose(lab, "activation", activation)
        choose(lab, "precision", precision)
        type_in(lab, "wh_init", repr(weight))
        type_in(lab, "length", str(length))
        shown = read(lab)
        row = tiny_rnn_gradients(weight, [length], activation=activation, dtype=DTYPES[precision])[
            0
        ]
        for name in NAMES:
            truth = getattr(row, name)
            kinds.add("nan" if math.isnan(truth) else truth == 0)
            if activation == "tanh":
                # the last place of tanh differs, and 1 - h^2 magnifies it (see the page's note)
                close = 1e-3 if precision == "float32" else 1e-6
                right = math.isclose(shown[name], truth, rel_tol=close, abs_tol=1e-300)
            else:
                right = same(shown[name], truth)
            if not right:
                wrong.append((weight, length, activation, precision, name, shown[name], truth))
    assert wrong == []
    assert kinds == {True, False, "nan"}, "the settings no longer reach every kind of value"
    assert seen.faults == []


def test_the_sliders_move_by_keyboard_and_picture_and_sentence_follow(
    site: str, visit: Callable[..., Visit]
) -> None:
    seen = visit(f"{site}/{PAGE}")
    lab = lab_on(seen.page)
    for name, key in (("wh_init", "ArrowRight"), ("length", "PageUp"), ("length", "ArrowLeft")):
        slider = lab.locator(f'input[type="range"][data-control="{name}"]')
        typed = lab.locator(f'[data-typed="{name}"]')
        before = (typed.input_value(), lab.locator("svg").first.inner_html(), read(lab))
        slider.focus()
        slider.press(key)
        after = (typed.input_value(), lab.locator("svg").first.inner_html(), read(lab))
        assert before[0] != after[0], f"{key} on {name} changes nothing"
        assert before[1] != after[1], f"{key} on {name} leaves the picture as it was"
        assert before[2] != after[2]
    for name in ("wh_init", "length"):
        slider = lab.locator(f'input[type="range"][data-control="{name}"]')
        assert (
            slider.get_attribute("aria-valuetext")
            or slider.get_attribute("aria-label")
            or (seen.page.locator(f'label[for="{slider.get_attribute("id")}"]').count())
        )
    assert lab.locator("[aria-live=polite]").count() >= 1
    assert seen.faults == []


def test_a_step_near_one_is_fine(site: str, visit: Callable[..., Visit]) -> None:
    lab = lab_on(visit(f"{site}/{PAGE}").page)
    type_in(lab, "wh_init", "1")
    slider = lab.locator('input[type="range"][data-control="wh_init"]')
    slider.focus()
    slider.press("ArrowRight")
    value = float(lab.locator('[data-typed="wh_init"]').input_value())
    assert 1 < value <= 1.02


def test_every_non_finite_or_zero_gradient_is_explained_in_words(
    site: str, visit: Callable[..., Visit]
) -> None:
    lab = lab_on(visit(f"{site}/{PAGE}").page)
    said = set()
    for weight, length in (("0.5", "10"), ("10", "10"), ("-1", "5"), ("0", "3"), ("10", "40")):
        type_in(lab, "wh_init", weight)
        type_in(lab, "length", length)
        said.add(lab.locator(".rnn-lab-now").first.inner_text())
    assert len(said) == 5, "two of these settings are explained by the same sentence"
    type_in(lab, "wh_init", "10")
    type_in(lab, "length", "10")
    sentence = lab.locator(".rnn-lab-now").first.inner_text().lower()
    assert "0" in sentence or "zero" in sentence


def test_the_hash_holds_the_state(site: str, visit: Callable[..., Visit]) -> None:
    state = "wh_init=1.05&length=40&activation=linear&precision=float64"
    seen = visit(f"{site}/{PAGE}#GradientExplorer:{state}")
    lab = lab_on(seen.page)
    truth = tiny_rnn_gradients(1.05, [40], activation="linear", dtype=torch.float64)[0]
    assert read(lab) == {name: getattr(truth, name) for name in NAMES}
    type_in(lab, "length", "41")
    seen.page.wait_for_function("() => location.hash.includes('length=41')")
    assert re.search(r"#GradientExplorer:.*length=41", seen.page.url)
    seen.page.reload()
    lab = lab_on(seen.page)
    longer = tiny_rnn_gradients(1.05, [41], activation="linear", dtype=torch.float64)[0]
    assert read(lab) == {name: getattr(longer, name) for name in NAMES}
    assert seen.faults == []


@pytest.mark.parametrize(
    "state",
    ["wh_init=banana", "length=0", "length=2.5", "activation=sine", "wh_init=1e9", "nonsense"],
)
def test_a_wrong_hash_gives_the_default_and_says_so(
    state: str, site: str, visit: Callable[..., Visit]
) -> None:
    seen = visit(f"{site}/{PAGE}#GradientExplorer:{state}")
    lab = lab_on(seen.page)
    default = lab_on(visit(f"{site}/{PAGE}").page)
    assert read(lab) == read(default)
    notice = lab.locator(".rnn-lab-notice").first
    assert notice.is_visible()
    assert len(notice.inner_text()) > 20
    assert seen.faults == []


def test_an_anchor_of_the_page_still_works_beside_the_lab(
    site: str, visit: Callable[..., Visit]
) -> None:
    seen = visit(f"{site}/{PAGE}#sec-float32")
    lab_on(seen.page).wait_for()
    assert seen.page.url.endswith("#sec-float32")
    assert seen.page.evaluate("scrollY") > 0
