"""The sine model as loop, cell, nn.RNN and Lightning module: time and free-running error."""

from __future__ import annotations

import logging
import re
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from statistics import mean, median
from typing import Any

import pytorch_lightning as pl
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset, TensorDataset, random_split

from rnnkit.data import sine, sliding_windows
from rnnkit.forecasting import free_run, rmse_by_horizon

PAGE = Path(__file__).parent.parent / "chapters" / "06-sine.md"
HORIZONS = (100, 300, 1000)
SEEDS = 5

Part = Dataset[tuple[Tensor, ...]]


def page_definitions(*names: str) -> dict[str, Any]:
    """Run the cells of chapter 6 that define `names`, so that what is timed is what is taught.

    Raises:
        LookupError: no cell of the page defines one of the names.
    """
    known = {"torch": torch, "nn": nn, "pl": pl, "DataLoader": DataLoader}
    cells = re.findall(
        r"^```\{code-cell\} python\n(.*?)^```$", PAGE.read_text("utf-8"), re.S | re.M
    )
    for name in names:
        pattern = re.compile(rf"^(class|def) {name}\b", re.M)
        cell = next((cell for cell in cells if pattern.search(cell)), None)
        if cell is None:
            raise LookupError(f"no cell of {PAGE.name} defines {name}")
        exec(cell, known)  # noqa: S102  # our own page
    return known


def sine_parts(seed: int) -> tuple[Tensor, Tensor, Part, Part]:
    """Return training series (750,), test series (1000,), training and validation windows."""
    _, x = sine(1750)
    windows, targets = sliding_windows(x[:750], 15)
    generator = torch.Generator().manual_seed(seed)
    training, validation = random_split(TensorDataset(windows, targets), [588, 147], generator)
    return x[:750], x[750:], training, validation


def quiet_lightning() -> None:
    """Keep Lightning's notices about the machine and the data loaders out of the table."""
    logging.getLogger("pytorch_lightning.utilities.rank_zero").setLevel(logging.ERROR)
    for message in (
        r"The '\w+_dataloader' does not have many workers",
        r"`isinstance\(treespec, LeafSpec\)` is deprecated",
        r"The number of training batches \(5\) is smaller than the logging interval",
    ):
        warnings.filterwarnings("ignore", message=message)


def train_with_lightning(training: Part, validation: Part, seed: int) -> nn.Module:
    """Train as on the page: 50 epochs, clipping at 1 and early stopping on, nothing logged."""
    module_class = page_definitions("mse", "AutoRegressiveRNN", "SineModule")["SineModule"]
    # the page's module also notes gradient norms; that is the lesson's work, not Lightning's
    plain = type(
        "Plain",
        (module_class,),
        {"configure_gradient_clipping": pl.LightningModule.configure_gradient_clipping},
    )
    torch.manual_seed(seed)
    module = plain()
    trainer = pl.Trainer(
        max_epochs=50,
        gradient_clip_val=1.0,
        callbacks=[pl.callbacks.EarlyStopping("val_loss", patience=10)],
        accelerator="cpu",
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )
    trainer.fit(module, DataLoader(training, 128, shuffle=True), DataLoader(validation, 128))
    trained: nn.Module = module.model.eval()
    return trained


def _train(model: nn.Module, training: Part, seed: int) -> nn.Module:
    adam = torch.optim.Adam(model.parameters(), lr=1e-2)
    shuffle = torch.Generator().manual_seed(seed)
    for _ in range(50):
        for x, y in DataLoader(training, 128, shuffle=True, generator=shuffle):
            adam.zero_grad()
            nn.functional.mse_loss(model(x), y).backward()  # type: ignore[no-untyped-call]  # torch
            adam.step()
    return model


def _build(make: Callable[[], nn.Module], training: Part, seed: int) -> nn.Module:
    torch.manual_seed(seed)
    return _train(make(), training, seed)


def main() -> None:
    """Train every variant on every seed, taking turns, and print CPU time and accuracy."""
    torch.set_num_threads(1)
    quiet_lightning()
    page = page_definitions("AutoRegressiveRNN", "CellRNN", "WindowRNN")
    variants: dict[str, Callable[[Part, Part, int], nn.Module]] = {
        "loop": lambda a, _, s: _build(page["AutoRegressiveRNN"], a, s),
        "nn.RNNCell": lambda a, _, s: _build(page["CellRNN"], a, s),
        "nn.RNN": lambda a, _, s: _build(lambda: page["WindowRNN"](hidden_size=10), a, s),
        "Lightning": train_with_lightning,
    }
    taken: dict[str, list[float]] = {name: [] for name in variants}
    errors: dict[str, list[list[float]]] = {name: [] for name in variants}
    for seed in range(SEEDS):
        series, truth, training, validation = sine_parts(seed)
        for name, train in variants.items():
            start = time.process_time()
            model = train(training, validation, seed)
            taken[name].append(time.process_time() - start)
            run = free_run(model, series[None, -15:, None], 1000)[0, :, 0]
            errors[name].append(rmse_by_horizon(run, truth, HORIZONS))
    unit = mean(taken["Lightning"])
    print(f"{SEEDS} seeds, hidden size 10, 250 steps of Adam; medians of RMSE\n")
    print(f"{'variant':<12}{'CPU s':>8}{'of Lightning':>14}" + "".join(f"{h:>8}" for h in HORIZONS))
    for name in variants:
        scores = "".join(f"{median(column):8.2f}" for column in zip(*errors[name], strict=True))
        print(f"{name:<12}{mean(taken[name]):8.2f}{mean(taken[name]) / unit:14.2f}{scores}")


if __name__ == "__main__":
    main()
