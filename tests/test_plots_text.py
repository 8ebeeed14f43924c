"""The text plots draw the numbers that they are given, and refuse what does not fit."""

import matplotlib as mpl

mpl.use("Agg")

import numpy as np
import pytest
from matplotlib.colors import to_rgba

from rnnkit import plots


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_curves_and_levels_draws_its_numbers_and_names_them(ax):
    plots.curves_and_levels(
        {"GRU": ([1, 2, 4], [5.0, 3.0, 2.0])},
        {"uniform": 6.2, "pairs": 3.6},
        ax=ax,
        xlabel="k",
        ylabel="bits",
        ylim=(0, 10),
    )
    (name,) = (text for text in ax.texts if text.get_text() == "GRU")
    assert name.xy[1] == pytest.approx(0.2), "the name stands at the end of its curve"
    curve, *levels = ax.lines
    assert curve.get_xydata().tolist() == [[1, 5], [2, 3], [4, 2]]
    assert [level.get_ydata()[0] for level in levels] == [6.2, 3.6]
    assert sorted(texts(ax)) == ["GRU", "pairs", "uniform"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("k", "bits")


def test_character_bars_are_as_high_as_the_probabilities(ax):
    probabilities = {"cold": [0.9, 0.1], "hot": [0.6, 0.4]}
    plots.character_bars(["e", "a"], probabilities, ax=ax)
    heights = [[bar.get_height() for bar in bars] for bars in ax.containers]
    assert heights == [[0.9, 0.1], [0.6, 0.4]]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["e", "a"]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["cold", "hot"]
    looks = {(bars[0].get_facecolor(), bars[0].get_hatch()) for bars in ax.containers}
    assert len(looks) == 2, "colour is not alone: the hatching differs too"


def test_confusion_matrix_writes_what_is_worth_reading(ax):
    shares = np.array([[0.96, 0.04, 0.0], [0.25, 0.75, 0.0], [0.0, 0.0, 1.0]])
    plots.confusion_matrix(shares, ["x", "y", "z"], ax=ax, groups=[2])
    assert sorted(texts(ax)) == ["100", "25", "75", "96"]
    (cells,) = ax.collections
    assert np.array_equal(np.asarray(cells.get_array()).reshape(3, 3), shares)
    top, bottom = ax.transData.transform([(0, 0), (0, 2)])
    assert top[1] > bottom[1], "the first class stands on top"
    (frame,) = ax.patches
    assert frame.get_bbox().bounds == (-0.5, -0.5, 2, 2)


def test_cells_leave_the_ground_free_and_stay_pale_enough_for_ink(ax):
    plots.class_probabilities([[0.0, 1.0]], letters=["a", "b"], classes=["x"], ax=ax)
    (cells,) = ax.collections
    output = plots.colours()["output"]
    assert tuple(cells.cmap(0.0)) == to_rgba(output, 0.0)
    assert tuple(cells.cmap(1.0)) == to_rgba(output, 0.5)
    assert texts(ax) == ["100"]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda ax: plots.confusion_matrix([[1.0]], ["a", "b"], ax=ax), r"shape \(2, 2\)"),
        (lambda ax: plots.confusion_matrix([[2.0]], ["a"], ax=ax), "between 0 and 1"),
        (lambda ax: plots.confusion_matrix([[1.0]], ["a"], ax=ax, groups=[2]), "groups must"),
        (lambda ax: plots.confusion_matrix([[1.0]], ["a"], ax=ax, groups=[0.5]), "groups must"),
        (lambda ax: plots.confusion_matrix([[1.0]], ["a"], ax=ax, groups=[True]), "groups must"),
        (
            lambda ax: plots.confusion_matrix([[0.5, 0.5], [0.2, 0.2]], ["a", "b"], ax=ax),
            "each row of shares must sum to 1, got 0.4 in row 1",
        ),
        (
            lambda ax: plots.confusion_matrix([[0.5, 0.2], [0.5, 0.8]], ["a", "b"], ax=ax),
            "each row of shares must sum to 1, got 0.7 in row 0",
        ),
        (lambda ax: plots.confusion_matrix([], [], ax=ax), "names must"),
        (lambda ax: plots.character_bars("", {"t": []}, ax=ax), "symbols must"),
        (lambda ax: plots.character_bars(["a"], {}, ax=ax), "at least one setting"),
        (lambda ax: plots.character_bars(["a"], {"t": [0.1, 0.2]}, ax=ax), "one value a symbol"),
        (lambda ax: plots.character_bars(["a"], {"t": [-0.1]}, ax=ax), "between 0 and 1"),
        (
            lambda ax: plots.curves_and_levels({}, {}, ax=ax, xlabel="", ylabel=""),
            "at least one curve",
        ),
        (
            lambda ax: plots.curves_and_levels(
                {"c": ([1], [1, 2])}, {}, ax=ax, xlabel="", ylabel=""
            ),
            "pair x and y, got 1 and 2",
        ),
        (
            lambda ax: plots.class_probabilities([[np.nan]], letters=["a"], classes=["x"], ax=ax),
            "between 0 and 1",
        ),
    ],
)
def test_what_does_not_fit_is_refused_by_name(ax, call, message):
    with pytest.raises(ValueError, match=message):
        call(ax)


def test_a_curve_of_nothing_but_nan_is_drawn_as_nothing(ax):
    curves = {"lost": ([1, 2], [np.nan, np.nan]), "held": ([1, 2], [3.0, 2.0])}
    plots.curves_and_levels(curves, {}, ax=ax, xlabel="k", ylabel="bits")
    ax.figure.canvas.draw()
    assert "held" in texts(ax)


@pytest.mark.parametrize("levels", [None, 3, [1.0], {"a": "x"}, {"a": np.nan}])
def test_levels_have_names_and_finite_heights(ax, levels):
    with pytest.raises((TypeError, ValueError), match=r"levels.* must "):
        plots.curves_and_levels({"c": ([1], [1])}, levels, ax=ax, xlabel="", ylabel="")


def test_an_ax_is_wanted():
    with pytest.raises(TypeError, match="ax must be a matplotlib Axes"):
        plots.confusion_matrix([[1.0]], ["a"], ax=None)
