"""Plots of the course: data and an `Axes` in, the `Axes` out; they compute nothing.

Colours mean what they mean everywhere (palette.css), and a line style and marker say it again.
Call `use_style()` once at the top of a notebook.
"""

from rnnkit.plots._forecasts import forecasts, step_curves
from rnnkit.plots._gradients import gradient_curves, gradient_norms
from rnnkit.plots._style import colours, use_style
from rnnkit.plots._surfaces import heat_map
from rnnkit.plots._svg import figure_svg
from rnnkit.plots._text import (
    character_bars,
    class_probabilities,
    confusion_matrix,
    curves_and_levels,
)

__all__ = [
    "character_bars",
    "class_probabilities",
    "colours",
    "confusion_matrix",
    "curves_and_levels",
    "figure_svg",
    "forecasts",
    "gradient_curves",
    "gradient_norms",
    "heat_map",
    "step_curves",
    "use_style",
]
