"""Every lab of every page: controls to their ends, rubbish typed in, presets and links."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from bs4 import BeautifulSoup

from book import ROOT
from book.execution import chapter_paths

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Locator

    from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser
LABS = sorted(p.stem for p in (ROOT / "rnnkit" / "widgets" / "src").glob("[A-Z]*.js"))


@pytest.fixture(scope="module")
def places(html) -> dict[str, str]:
    """Map each lab to a page that has it."""
    found = {}
    for path in chapter_paths():
        name = path.relative_to(ROOT).with_suffix(".html").as_posix()
        soup = BeautifulSoup((html / name).read_text("utf-8"), "html.parser")
        for mount in soup.select("[data-mount]"):
            found[str(mount["data-mount"])] = name
    return found


@pytest.fixture
def opened(
    site: str, places: dict[str, str], visit: Callable[..., Visit]
) -> Callable[[str], object]:
    def open_lab(name: str, suffix: str = "", **options: object) -> tuple[Visit, Locator]:
        assert name in places, f"no page shows the lab {name}"
        seen = visit(f"{site}/{places[name]}{suffix}", **options)
        lab = seen.page.locator(f'[data-lab="{name}"]').first
        lab.wait_for()
        return seen, lab

    return open_lab


def _typed(lab: Locator) -> dict[str, str]:
    fields = lab.locator("[data-typed]")
    return {
        str(fields.nth(i).get_attribute("data-typed")): fields.nth(i).input_value()
        for i in range(fields.count())
    }


@pytest.mark.parametrize("name", LABS)
def test_every_control_goes_to_its_ends_by_keyboard(name: str, opened) -> None:
    seen, lab = opened(name)
    sliders = lab.locator('input[type="range"]')
    assert sliders.count() > 0
    for index in range(sliders.count()):
        slider = sliders.nth(index)
        values = set()
        for key in ("Home", "End"):
            slider.focus()
            slider.press(key)
            values.add(slider.input_value())
        middle = (float(slider.get_attribute("min")) + float(slider.get_attribute("max"))) / 2
        slider.evaluate(
            "(e, v) => { e.value = v; e.dispatchEvent(new Event('input', {bubbles: true})); }",
            str(round(middle)),
        )
        values.add(slider.input_value())
        assert len(values) == 3, f"slider {index} does not reach min, middle and max"
        lab.locator('[data-action="reset"]').press("Enter")
    radios = lab.locator('input[type="radio"]')
    for index in range(radios.count()):
        radios.nth(index).focus()
        radios.nth(index).press("Space")
        assert radios.nth(index).is_checked()
    assert seen.faults == []


@pytest.mark.parametrize("name", LABS)
@pytest.mark.parametrize("rubbish", ["", "banana", "1e999", "--3", "NaN", "<b>1</b>", "9999999"])
def test_rubbish_typed_in_is_refused_in_words_and_changes_nothing(
    name: str, rubbish: str, opened
) -> None:
    seen, lab = opened(name)
    numbers = lab.locator("[data-value]")
    before = [numbers.nth(i).get_attribute("data-value") for i in range(numbers.count())]
    fields = lab.locator("[data-typed]")
    assert fields.count() > 0
    for index in range(fields.count()):
        box = fields.nth(index)
        box.focus()
        box.press("Control+a")
        box.press("Delete")
        seen.page.keyboard.type(rubbish)
        box.press("Enter")
        alerts = lab.locator("[role=alert]:visible")
        said = " ".join(alerts.all_inner_texts()).strip()
        assert said, f"{rubbish!r} in {box.get_attribute('data-typed')} was taken without a word"
        after = [numbers.nth(i).get_attribute("data-value") for i in range(numbers.count())]
        assert after == before
        lab.locator('[data-action="reset"]').press("Enter")
    assert seen.faults == []


@pytest.mark.parametrize("name", LABS)
def test_presets_show_different_things_and_reset_returns(name: str, opened) -> None:
    seen, lab = opened(name)
    start = _typed(lab)
    pictures = set()
    for number in (1, 2, 3):
        lab.locator(f'[data-action="preset-{number}"]').press("Enter")
        seen.page.wait_for_timeout(100)
        pictures.add(lab.locator("svg").first.inner_html())
    assert len(pictures) == 3
    lab.locator('[data-action="reset"]').press("Enter")
    assert _typed(lab) == start
    assert seen.faults == []


@pytest.mark.parametrize("name", LABS)
def test_the_link_of_a_lab_opens_it_in_the_same_state(name: str, opened) -> None:
    seen, lab = opened(name)
    lab.locator('[data-action="preset-2"]').press("Enter")
    seen.page.wait_for_timeout(100)
    seen.page.wait_for_function("() => location.hash.length > 1")
    url = seen.page.url
    assert f"#{name}:" in url
    lab.locator('[data-action="copy"]').press("Enter")
    again, other = opened(name, "#" + url.split("#", 1)[1])
    assert _typed(other) == _typed(lab)
    assert seen.faults == []
    assert again.faults == []


@pytest.mark.parametrize("name", LABS)
def test_a_lab_fits_a_phone_with_controls_for_thumbs(name: str, opened) -> None:
    seen, lab = opened(name, viewport={"width": 360, "height": 740}, has_touch=True)
    box = lab.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360
    picture = lab.locator("svg").first.bounding_box()
    control = lab.locator('input[type="range"]').first.bounding_box()
    assert picture is not None
    assert control is not None
    assert picture["y"] < control["y"], "on a phone the controls belong under the picture"
    targets = lab.locator("button, input[type=range], [data-typed]")
    for index in range(targets.count()):
        target = targets.nth(index).bounding_box()
        assert target is None or target["height"] >= 44, targets.nth(index).evaluate(
            "e => e.outerHTML.slice(0, 120)"
        )
    assert seen.faults == []
