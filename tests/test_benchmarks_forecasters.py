"""The benchmarks of chapter 6 measure what the page teaches."""

import pytest
import torch

from benchmarks.forecasters import law_error, recipe_error
from benchmarks.variants import page_definitions, sine_parts
from rnnkit.forecaster_recipe import Recipe


def test_the_models_of_the_benchmark_are_the_pages():
    page = page_definitions("AutoRegressiveRNN", "WindowRNN")
    torch.manual_seed(0)
    assert sum(p.numel() for p in page["AutoRegressiveRNN"]().parameters()) == 132
    assert page["WindowRNN"](hidden_size=10)(torch.zeros(3, 15, 1)).shape == (3, 1)


def test_a_name_that_the_page_lacks_is_reported():
    with pytest.raises(LookupError, match="Transformer"):
        page_definitions("Transformer")


def test_parts_are_the_735_windows_of_the_page():
    series, truth, training, validation = sine_parts(seed=0)
    assert (len(series), len(truth), len(training), len(validation)) == (750, 1000, 588, 147)


def test_one_seed_of_the_quick_recipe_reaches_a_thousandth():
    error, tries, seconds = recipe_error(3, Recipe())
    assert error < 1e-3
    assert tries >= 1
    assert seconds > 0


def test_the_law_on_float32_samples_is_off_by_nine_millionths():
    series, truth, _, _ = sine_parts(seed=0)
    assert law_error(series, truth) == pytest.approx(9e-6, rel=0.05)
