"""The look of a figure: Matplotlib settings, and how IPython shows it."""

import matplotlib as mpl
from cycler import cycler
from matplotlib.figure import Figure

from rnnkit.plots._svg import figure_svg, palette

__all__ = ["colours", "use_style"]


def colours(theme: str = "light") -> dict[str, str]:
    """Return {token: hex} of the palette: input, state, output, weight, gradient, muted, ink.

    Use the light colours in figures: where a figure is shown, they become the page's own.

    Raises:
        ValueError: `theme` is neither "light" nor "dark".
    """
    if theme not in palette():
        raise ValueError(f"theme must be 'light' or 'dark', got {theme!r}")
    return dict(palette()[theme])


def use_style() -> None:
    """Draw Matplotlib figures in the course's style, and show them as theme-aware SVG in IPython.

    Figures are 7 × 4 inches; at 700 px across their text has the size of the page's.
    """
    tokens = colours()
    mpl.rcParams.update(
        {
            "figure.figsize": (7.0, 4.0),
            "figure.dpi": 100,
            "figure.constrained_layout.use": True,
            "figure.facecolor": "none",
            "axes.facecolor": "none",
            "savefig.facecolor": "none",
            "font.size": 11.5,  # 11.5 pt of 504 pt = 16 px of 700 px
            "axes.titlesize": 11.5,
            "axes.labelsize": 11.5,
            "xtick.labelsize": 10.5,
            "ytick.labelsize": 10.5,
            "legend.fontsize": 10.5,
            "legend.frameon": False,
            "text.color": tokens["ink"],
            "axes.labelcolor": tokens["ink"],
            "axes.edgecolor": tokens["ink"],
            "xtick.color": tokens["ink"],
            "ytick.color": tokens["ink"],
            "axes.titlelocation": "left",
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": True,
            "axes.grid.axis": "y",
            "axes.axisbelow": True,
            "grid.color": tokens["muted"],
            "grid.alpha": 0.25,
            "grid.linewidth": 0.7,
            "lines.linewidth": 1.6,
            "lines.markersize": 5.0,
            "axes.prop_cycle": cycler(
                color=[tokens[t] for t in ("input", "state", "output", "weight", "gradient")]
            ),
            "svg.fonttype": "none",
        }
    )
    _show_as_svg()


def _show_as_svg() -> None:
    """Make IPython, where there is one, show a figure as `figure_svg` and as nothing beside it."""
    try:
        from IPython import get_ipython
    except ImportError:
        return
    shell = get_ipython()
    formatter = getattr(shell, "display_formatter", None)
    if formatter is None:
        return
    if hasattr(shell, "kernel"):
        # The inline backend registers its PNG when it is first loaded; load it before we replace it
        import matplotlib.pyplot as plt

        plt.switch_backend("module://matplotlib_inline.backend_inline")
    for one in formatter.formatters.values():
        one.pop(Figure, None)
    formatter.formatters["image/svg+xml"].for_type(Figure, figure_svg)
