"""Figures that follow the page, and plots that show what they are given."""

import re
import subprocess
import sys
from itertools import pairwise
from xml.etree import ElementTree

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from rnnkit import plots

LIGHT = plots.colours()


@pytest.fixture
def ax():
    plots.use_style()
    return plt.subplots()[1]


def _curves(ax):
    return plots.gradient_curves([1, 2, 3], {"h": [0.2, 0.02, 0.002], "w": [2.0, 0.4, 0.0]}, ax=ax)


def _heat(ax):
    return plots.heat_map([[1, -1], [0, 0.5]], ax=ax, xlabel="t", ylabel="unit", label="h")


def _norms(ax):
    return plots.gradient_norms({"RNN": [1e-9, 1e-3, 1.0], "identity": [1.0, 1.0]}, ax=ax)


ALL = [_curves, _heat, _norms]


# --- the SVG ---


@pytest.mark.parametrize("draw", ALL)
def test_no_palette_colour_stands_outside_a_custom_property(draw, ax):
    svg = plots.figure_svg(draw(ax).figure)
    drawing = svg[svg.index("</style>") :]
    loose = re.sub(r"var\(--rnn-[a-z]+, #[0-9a-f]{6}\)", "", drawing)
    assert not set(re.findall(r"#[0-9a-f]{6}\b", loose)), "every colour follows the page"
    for token, colour in re.findall(r"var\(--rnn-([a-z]+), (#[0-9a-f]{6})\)", drawing):
        assert colour == LIGHT[token], "the fallback is the light colour of its own token"


@pytest.mark.parametrize("draw", ALL)
def test_two_renders_are_the_same_bytes(draw, ax):
    other = plt.subplots()[1]
    assert plots.figure_svg(draw(ax).figure) == plots.figure_svg(draw(other).figure)


def test_renders_of_two_runs_are_the_same_bytes():
    code = (
        "import sys, matplotlib; matplotlib.use('agg'); import matplotlib.pyplot as plt;"
        "from rnnkit import plots; plots.use_style(); ax = plt.subplots()[1];"
        "plots.gradient_curves([1, 2], {'h': [1.0, 0.0]}, ax=ax);"
        "sys.stdout.buffer.write(plots.figure_svg(ax.figure).encode())"
    )
    runs = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout
        for _ in range(2)
    ]
    assert runs[0] == runs[1]
    assert b"</svg>" in runs[0]


@pytest.mark.parametrize("draw", ALL)
def test_the_svg_is_one_element_whose_size_is_the_page_s_choice(draw, ax):
    svg = plots.figure_svg(draw(ax).figure)
    root = ElementTree.fromstring(svg)  # noqa: S314  # our own drawing
    assert svg.startswith("<svg ")
    assert root.attrib["viewBox"] == "0 0 504 288"
    assert not {"width", "height"} & set(root.attrib)
    assert not re.search(r"<\?xml|<!DOCTYPE|<metadata|<image|font-family: 'DejaVu", svg)


def test_ink_is_current_colour_and_text_stays_text(ax):
    svg = plots.figure_svg(_curves(ax).figure)
    assert re.search(r"<text[^>]*fill: currentColor[^>]*>sequence length L</text>", svg)


@pytest.mark.parametrize("words", ["0.001", "w = 0.9995", "−0.0004", "rate 1.23456 > 1.234"])
def test_a_number_in_words_keeps_every_digit(words, ax):
    ax.plot([0.123456789, 1], [0.987654321, 2])
    ax.text(0.5, 1.5, words)
    svg = plots.figure_svg(ax.figure)
    assert words in [text.text for text in _texts(svg)], "words are no coordinates"
    coordinates = re.findall(r"[ \"(]-?\d+\.(\d+)", re.sub(r">[^<]*<", "><", svg))
    assert coordinates
    assert max(map(len, coordinates)) == 2, "coordinates are rounded, for a lighter page"


def _texts(svg):
    root = ElementTree.fromstring(svg)  # noqa: S314  # our own drawing
    return root.iter("{http://www.w3.org/2000/svg}text")


def test_black_and_white_follow_the_page_too(ax):
    ax.plot([0, 1], color="black")
    ax.plot([1, 0], color="white")
    svg = plots.figure_svg(ax.figure)
    assert "stroke: #" not in svg
    assert "stroke: currentColor" in svg
    assert f"stroke: var(--rnn-ground, {LIGHT['ground']})" in svg


def test_ids_of_two_figures_never_meet_and_every_reference_resolves(ax):
    one, two = (
        plots.figure_svg(_curves(ax).figure),
        plots.figure_svg(_heat(plt.subplots()[1]).figure),
    )
    ids = [re.findall(r'\sid="([^"]+)"', svg) for svg in (one, two)]
    assert ids[0]
    assert ids[1]
    assert not set(ids[0]) & set(ids[1])
    for svg, own in zip((one, two), ids, strict=True):
        assert len(own) == len(set(own))
        assert set(re.findall(r'(?:url\(|href=")#([^)"]+)', svg)) == set(own)


def test_rules_of_the_drawing_hold_only_where_it_is_the_document(ax):
    svg = plots.figure_svg(_curves(ax).figure)
    (style,) = re.findall(r"<style>(.*?)</style>", svg)
    assert re.sub(r"@media[^{]*", "", style).count("{") == style.count("svg:root{") + 1
    assert f"--rnn-state:{plots.colours('dark')['state']}" in style


def test_only_a_figure_becomes_an_svg():
    with pytest.raises(TypeError, match="fig must be a matplotlib Figure, got str"):
        plots.figure_svg("figure")


def test_a_notebook_shows_a_figure_as_svg_alone():
    source = (
        "import matplotlib.pyplot as plt\nfrom rnnkit import plots\nplots.use_style()\n",
        "fig, ax = plt.subplots()\nax.plot([1, 2])\n_ = ax.set_xlabel('step')",
        "plots.use_style()\nfig, ax = plt.subplots()\n_ = ax.set_xlabel('again')",
    )
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(s) for s in source])
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    assert notebook.cells[0].outputs == []
    for cell, word in zip(notebook.cells[1:], ("step", "again"), strict=True):
        rich = [out for out in cell.outputs if out.output_type == "display_data"]
        assert len(rich) == 1
        assert set(rich[0].data) == {"image/svg+xml", "text/plain"}
        assert rich[0].data["image/svg+xml"].startswith('<svg xmlns="http://www.w3.org/2000/svg"')
        assert f">{word}</text>" in rich[0].data["image/svg+xml"]


# --- the plots ---


@pytest.mark.parametrize("draw", ALL)
def test_every_plot_returns_its_axes_labelled_and_without_top_and_right_spine(draw, ax):
    assert draw(ax) is ax
    assert ax.get_xlabel()
    assert ax.get_ylabel()
    assert not ax.spines["top"].get_visible()
    assert not ax.spines["right"].get_visible()


def _line(ax, name):
    (line,) = [line for line in ax.lines if line.get_label() == name]
    return line


def test_gradient_curves_draws_magnitudes_and_names_what_it_cannot_show(ax):
    values = [-2.0, 0.5, 0.0, np.inf]
    plots.gradient_curves([1, 2, 3, 4], {"∂L/∂wh": values}, ax=ax)
    np.testing.assert_array_equal(_line(ax, "∂L/∂wh").get_ydata(), [2.0, 0.5, np.nan, np.nan])
    words = [text.get_text() for text in ax.texts]
    assert "0 (cannot be shown on a log axis)" in words
    assert "not finite (inf or nan)" in words
    marks = [line.get_xdata().tolist() for line in ax.lines if line.get_linestyle() == "None"]
    assert marks == [[3.0], [4.0]]


def test_words_about_zeros_appear_only_where_there_are_some(ax):
    plots.gradient_curves([1, 2], {"h": [1.0, 2.0]}, ax=ax)
    assert [text.get_text() for text in ax.texts] == ["h"]


@pytest.mark.parametrize("values", [[0.0, 0.0], [np.nan, np.nan], [5e-324, 1.7e308], [1.0, 1.0]])
def test_extreme_curves_can_be_drawn(values, ax):
    plots.gradient_curves([1, 2], {"h": values}, ax=ax)
    low, high = ax.get_ylim()
    assert 0 < low < high < np.inf
    plots.figure_svg(ax.figure)


def test_a_log_axis_has_decade_ticks_in_words_any_font_can_show(ax):
    plots.gradient_norms({"RNN": [1e-23, 1.0]}, ax=ax)
    ticks = ax.get_yticks()
    exponents = np.log10(ticks)
    np.testing.assert_allclose(exponents, np.round(exponents), atol=1e-9)
    assert len(ticks) <= 9
    assert "10⁻²⁰" in [label.get_text() for label in ax.get_yticklabels()]


def test_up_to_four_lines_are_named_at_their_ends_and_more_in_a_legend(ax):
    few = {f"line {n}": [1.0, 1.0 + n] for n in range(4)}
    plots.gradient_norms(few, ax=ax)
    assert {text.get_text() for text in ax.texts} == set(few)
    assert ax.get_legend() is None
    other = plt.subplots()[1]
    plots.gradient_norms(few | {"fifth": [1.0, 9.0]}, ax=other)
    assert [text.get_text() for text in other.get_legend().get_texts()] == [*few, "fifth"]


def test_labels_of_lines_that_end_together_do_not_overlap(ax):
    plots.gradient_norms({f"line {n}": [0.1, 1.0] for n in range(4)}, ax=ax)
    ax.figure.canvas.draw()
    boxes = sorted((t.get_window_extent() for t in ax.texts), key=lambda box: box.y0)
    for below, above in pairwise(boxes):
        assert below.y1 <= above.y0 + 1


def test_gradient_norms_names_curves_where_they_have_come_apart(ax):
    curves = {"default": [1e-9, 1e-4, 1.0], "gates": [1e-2, 0.1, 1.0], "silent": [0.0, 1e-6, 1.0]}
    plots.gradient_norms(curves, ax=ax)
    ax.figure.canvas.draw()
    boxes = {text.get_text(): text.get_window_extent() for text in ax.texts}
    for name in ("default", "gates"):
        assert boxes[name].x1 < ax.get_window_extent().x0, "left of where the curve arrives"
        height = ax.transData.transform((1, curves[name][0]))[1]
        assert boxes[name].y0 < height < boxes[name].y1, "and at its height"
    ticks = [tick for tick in ax.get_yticklabels() if tick.get_text()]
    assert min(tick.get_window_extent().x0 for tick in ticks) > ax.get_window_extent().x1
    first_shown = ax.transData.transform((2, 1e-6))[0]
    assert boxes["silent"].x1 < first_shown, "a curve that starts with 0 is named where it starts"


def test_lines_differ_by_style_and_marker_and_not_by_colour_alone(ax):
    plots.gradient_norms({f"line {n}": [1.0, 1.0 + n] for n in range(4)}, ax=ax)
    lines = [_line(ax, f"line {n}") for n in range(4)]
    assert len({line.get_marker() for line in lines}) == 4
    assert len({line.get_linestyle() for line in lines}) == 4


def test_a_token_gives_its_colour_and_an_unknown_one_is_named(ax):
    plots.gradient_norms({"RNN": [1.0]}, ax=ax, tokens={"RNN": "gradient"})
    assert _line(ax, "RNN").get_color() == LIGHT["gradient"]
    with pytest.raises(ValueError, match=r"tokens must be among input.*got 'red'"):
        plots.gradient_norms({"RNN": [1.0]}, ax=ax, tokens={"RNN": "red"})


def test_heat_map_shows_sign_by_hue_size_by_opacity_and_zero_as_the_ground(ax):
    plots.heat_map([[2.0, -2.0, 0.0]], ax=ax, xlabel="t", ylabel="unit", label="h")
    ax.figure.canvas.draw()
    plus, minus, zero = ax.collections[0].get_facecolors()
    from matplotlib.colors import to_rgba

    assert tuple(plus) == pytest.approx(to_rgba(LIGHT["state"], 1.0))
    assert tuple(minus) == pytest.approx(to_rgba(LIGHT["output"], 1.0))
    assert zero[3] == pytest.approx(0, abs=0.01)


def test_heat_map_writes_its_values_when_asked(ax):
    plots.heat_map([[1, -0.5]], ax=ax, xlabel="t", ylabel="unit", label="h", write=".2f")
    assert [(t.get_text(), t.get_position()) for t in ax.texts] == [
        ("1.00", (1, 1)),
        ("-0.50", (2, 1)),
    ]


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda _: _curves("ax"), TypeError, "ax must be a matplotlib Axes, got str"),
        (lambda _: _heat(None), TypeError, "ax must be .*got NoneType"),
        (lambda ax: plots.gradient_curves([1], {}, ax=ax), ValueError, "gradients must hold"),
        (
            lambda ax: plots.gradient_curves([1, 2], {"h": [1.0]}, ax=ax),
            ValueError,
            r"gradients\['h'\] must have as many values as lengths, 2, got 1",
        ),
        (lambda ax: plots.gradient_norms({"a": []}, ax=ax), ValueError, r"curves\['a'\]"),
        (
            lambda ax: plots.heat_map([[1]], ax=ax, xlabel="", ylabel="", label="", limit=True),
            TypeError,
            "limit must be a number above 0 or None, got True",
        ),
        (
            lambda ax: plots.heat_map([[np.nan]], ax=ax, xlabel="", ylabel="", label=""),
            ValueError,
            "values must be a finite matrix",
        ),
        (
            lambda ax: plots.heat_map([[1]], ax=ax, xlabel="", ylabel="", label="", limit=0),
            ValueError,
            "limit must be .*above 0, got 0",
        ),
    ],
)
def test_bad_input_is_named(call, error, words, ax):
    with pytest.raises(error, match=words):
        call(ax)
