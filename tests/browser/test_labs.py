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
def test_a_refused_value_is_taken_back_by_reset_by_a_preset_and_by_escape(
    name: str, opened
) -> None:
    seen, lab = opened(name)
    start = _typed(lab)
    box = lab.locator("[data-typed]").first
    for way in ("reset", "preset", "Escape"):
        box.fill("banana")
        box.press("Enter")
        assert box.get_attribute("aria-invalid") == "true"
        if way == "Escape":
            box.press("Escape")
        else:
            actions = lab.locator(f'[data-action^="{way}"]')
            for index in range(actions.count()):  # one of the presets may be where the lab stands
                actions.nth(index).press("Enter")
                assert box.input_value() != "banana", f"{way} {index} leaves the refused value"
            lab.locator('[data-action="reset"]').press("Enter")
        assert _typed(lab) == start, way
        assert box.get_attribute("aria-invalid") is None
        assert lab.locator("[role=alert]:visible").all_inner_texts() == []
    assert seen.faults == []


# Where labels come near each other: short and long sequences, signs, starts at the edges.
CROWDED = {
    "ClippingLab": [
        f"start_w={w}&start_b={b}&optimiser={optimiser}&max_norm={limit}"
        for w in (0, 1, 4)
        for b in (-2, -1, 0, 2)
        for optimiser, limit in (("SGD", 30), ("Adam", 100))
    ],
    "GradientExplorer": [
        f"wh_init={w}&length={length}&activation=linear&precision=float64"
        for w in (-10, -1, 0, 0.5, 3.7)
        for length in (1, 2, 3, 11, 64, 100)
    ],
    "SineLab": [f"length={length}" for length in (2, 15, 33, 45, 60)],
}
COLLISIONS = """lab => {
  const svg = lab.querySelector("svg").getBoundingClientRect();
  const texts = [...lab.querySelectorAll("svg text")].filter((t) => t.textContent.trim())
    .map((t) => ({ words: t.textContent, at: t.getBoundingClientRect() }));
  const found = texts.filter(({ at }) => at.left < svg.left - 3 || at.right > svg.right + 3)
    .map(({ words }) => `${words} is cut`);
  texts.forEach(({ words, at: a }, i) => {
    for (const { words: other, at: b } of texts.slice(i + 1)) {
      const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (width > 1.5 && height > 4.5) found.push(`${words} covers ${other}`);
    }
  });
  for (const number of lab.querySelectorAll("dd")) {
    const range = document.createRange();
    range.selectNodeContents(number);
    const lines = new Set([...range.getClientRects()].map((rect) => Math.round(rect.top)));
    if (lines.size > 1) found.push(`${number.textContent} is broken over two lines`);
    if (number.scrollWidth > number.clientWidth + 1) found.push(`${number.textContent} is cut`);
  }
  return found;
}"""


@pytest.mark.parametrize("width", [320, 640, 1280])
@pytest.mark.parametrize("name", LABS)
def test_no_label_covers_another_and_no_number_is_broken(name: str, width: int, opened) -> None:
    seen, lab = opened(name, viewport={"width": width, "height": 900})
    found = {}
    for state in CROWDED[name]:
        seen.page.evaluate("hash => { location.hash = hash; }", f"{name}:{state}")
        seen.page.evaluate("() => new Promise((done) => { setTimeout(done, 30); })")
        if clash := lab.evaluate(COLLISIONS):
            found[state] = clash
    assert found == {}
    assert seen.faults == []


@pytest.mark.parametrize("name", LABS)
def test_two_labs_of_one_kind_have_links_of_their_own(
    name: str, opened, places: dict[str, str], html
) -> None:
    seen, _ = opened(name)
    page = seen.page
    address = page.url.split("#")[0]
    body = (html / places[name]).read_text("utf-8")
    soup = BeautifulSoup(body, "html.parser")
    mount = str(soup.select_one(f'[data-mount="{name}"]'))
    twice = str(soup).replace(mount, mount * 2)
    page.route(address, lambda route: route.fulfill(body=twice, content_type="text/html"))
    page.reload()
    page.locator(f'[data-lab="{name}"]').nth(1).locator('[data-action="preset-3"]').press("Enter")
    page.wait_for_function("() => location.hash.length > 1")
    assert f"#{name}-2:" in page.url
    page.reload()
    first, second = page.locator(f'[data-lab="{name}"]').all()
    checked = "[data-control]:checked, [data-typed]"
    values = "list => list.map((e) => e.value)"
    assert first.locator(checked).evaluate_all(values) != second.locator(checked).evaluate_all(
        values
    )


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
