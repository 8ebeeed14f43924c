"""What every test relies on: one thread, and no window system."""

import matplotlib as mpl
import pytest
import torch

mpl.use("agg")
torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def _own_style():
    """Give each test Matplotlib's settings as they were, and close its figures."""
    import matplotlib.pyplot as plt

    with mpl.rc_context():
        yield
    plt.close("all")


@pytest.fixture
def ax():
    """An Axes of a figure of its own; `_own_style` closes it."""
    import matplotlib.pyplot as plt

    return plt.subplots()[1]
