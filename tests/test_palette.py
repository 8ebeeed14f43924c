"""The palette's promise: every colour can be read on both grounds of its theme."""

import re
from importlib.resources import files

import pytest

from rnnkit.plots import colours

CSS = files("rnnkit").joinpath("palette.css").read_text(encoding="utf-8")
GROUNDS = ("ground", "raised")
TOKENS = ("input", "state", "output", "weight", "gradient", "muted", "ink")


def _luminance(hex_):
    """Relative luminance, WCAG 2.2."""
    channels = (int(hex_[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def _contrast(one, other):
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_computed_as_wcag_does():
    assert _contrast("#000000", "#ffffff") == pytest.approx(21)
    assert _contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("token", TOKENS)
def test_every_token_can_be_read_on_every_ground(theme, ground, token):
    themed = colours(theme)
    assert _contrast(themed[token], themed[ground]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_python_reads_every_colour_of_the_file(theme):
    assert set(colours(theme)) == {*TOKENS, *GROUNDS}
    declared = re.findall(r"--rnn-(\w+): (#\w{6});", CSS)
    assert len(declared) == 2 * len(colours())
    assert set(colours(theme).items()) <= set(declared)


def test_each_meaning_has_a_colour_of_its_own():
    for theme in ("light", "dark"):
        assert len(set(colours(theme).values())) == len(TOKENS) + len(GROUNDS)


def test_the_colours_are_those_of_the_visual_language():
    assert colours()["state"] == "#1b7f4d"
    assert colours("dark")["state"] == "#5fcf95"


def test_an_unknown_theme_is_named():
    with pytest.raises(ValueError, match="theme must be 'light' or 'dark', got 'sepia'"):
        colours("sepia")
