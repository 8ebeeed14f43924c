"""The loop does what a loop written out by hand does, and says when it cannot."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from rnnkit.training import EarlyStopping, History, fit


@pytest.fixture(autouse=True)
def _quiet(monkeypatch):
    monkeypatch.setenv("RNNKIT_QUIET", "1")


def parabola(start=1.0):
    w = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    return w, torch.optim.SGD([w], lr=0.1)


def test_fit_equals_a_loop_written_by_hand():
    torch.manual_seed(0)
    X, y = torch.randn(12, 3), torch.randn(12, 1)
    batches = list(zip(X.split(4), y.split(4), strict=True))
    by_hand, by_fit = torch.nn.Linear(3, 1), torch.nn.Linear(3, 1)
    by_fit.load_state_dict(by_hand.state_dict())

    optimizer = torch.optim.Adam(by_hand.parameters(), lr=0.05)
    losses = []
    for _ in range(7):
        epoch = []
        for x, target in batches:
            optimizer.zero_grad()
            loss = (by_hand(x) - target).square().mean()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(by_hand.parameters(), 0.5)
            optimizer.step()
            epoch.append(loss.item())
        losses.append(sum(epoch) / 3)

    history = fit(
        lambda batch: (by_fit(batch[0]) - batch[1]).square().mean(),
        batches,
        torch.optim.Adam(by_fit.parameters(), lr=0.05),
        epochs=7,
        clip=0.5,
    )
    assert history["loss"] == pytest.approx(losses, rel=1e-12)
    for ours, theirs in zip(by_fit.parameters(), by_hand.parameters(), strict=True):
        assert torch.equal(ours, theirs)


def test_gradient_descent_on_a_parabola_has_its_closed_form():
    w, optimizer = parabola()
    history = fit(lambda _: w.square(), [None], optimizer, epochs=10)
    assert history["loss"] == pytest.approx([0.8 ** (2 * k) for k in range(10)])
    assert w.item() == pytest.approx(0.8**10)
    assert "grad_norm" not in history.series


def test_clipping_limits_each_step_under_plain_sgd_and_counts_them():
    w, optimizer = parabola(100.0)
    history = fit(lambda _: w.square(), [None, None], optimizer, epochs=3, clip=1.0)
    assert w.item() == pytest.approx(100 - 6 * 0.1)
    assert history["clipped"] == [2, 2, 2]
    assert history["grad_norm"] == pytest.approx([200, 199.6, 199.2])


def test_a_gradient_below_the_limit_passes_unchanged():
    w, optimizer = parabola(0.1)
    history = fit(lambda _: w.square(), [None], optimizer, epochs=1, clip=1.0)
    assert w.item() == pytest.approx(0.08)
    assert history["clipped"] == [0]


def test_evaluate_fills_named_series_without_gradients():
    w, optimizer = parabola()
    seen = []

    def evaluate():
        seen.append(torch.is_grad_enabled())
        return {"weight": w.item()}

    history = fit(lambda _: w.square(), [None], optimizer, epochs=4, evaluate=evaluate)
    assert history["weight"] == pytest.approx([0.8, 0.64, 0.512, 0.4096])
    assert seen == [False] * 4
    assert history.epochs == 4
    assert not history.stopped


def test_batches_may_be_a_function_called_once_an_epoch():
    w, optimizer = parabola()
    calls = []

    def batches():
        calls.append(len(calls))
        return iter([None, None])

    fit(lambda _: w.square(), batches, optimizer, epochs=3)
    assert calls == [0, 1, 2]


@given(
    values=st.lists(st.integers(-5, 5).map(float), min_size=1, max_size=30),
    patience=st.integers(1, 5),
    mode=st.sampled_from(["min", "max"]),
)
def test_early_stopping_equals_a_counter_kept_by_hand(values, patience, mode):
    best, waited, stops_after = math.inf, 0, None
    for epoch, value in enumerate(values, start=1):
        signed = value if mode == "min" else -value
        best, waited = (signed, 0) if signed < best else (best, waited + 1)
        if waited == patience:
            stops_after = epoch
            break
    w, optimizer = parabola()
    remaining = iter(values)
    history = fit(
        lambda _: w.square(),
        [None],
        optimizer,
        epochs=len(values),
        evaluate=lambda: {"watched": next(remaining)},
        stop=EarlyStopping("watched", patience=patience, mode=mode),
    )
    assert history.stopped == (stops_after is not None)
    assert history.epochs == (stops_after or len(values))


def test_min_delta_does_not_count_small_gains():
    stop = EarlyStopping("x", min_delta=0.1)
    assert stop.best_epoch([1.0, 0.95, 0.91]) == 0
    assert stop.best_epoch([1.0, 0.95, 0.89]) == 2


def test_nan_never_improves():
    assert EarlyStopping("x").best_epoch([math.nan, 2.0, math.nan, 1.0, math.nan]) == 3


def test_no_global_random_number_is_drawn():
    w, optimizer = parabola()
    before = torch.random.get_rng_state()
    fit(lambda _: w.square(), [None], optimizer, epochs=2, clip=1.0)
    assert torch.equal(torch.random.get_rng_state(), before)


def test_bar_is_shown_unless_quiet(monkeypatch, capsys):
    w, optimizer = parabola()
    fit(lambda _: w.square(), [None], optimizer, epochs=1, label="parabola")
    assert capsys.readouterr().err == ""
    monkeypatch.delenv("RNNKIT_QUIET")
    fit(lambda _: w.square(), [None], optimizer, epochs=1, label="parabola")
    assert "parabola" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"epochs": 0}, ValueError, "epochs must be a whole number >= 1, got 0"),
        ({"epochs": True}, TypeError, "epochs must be a whole number >= 1, got True"),
        ({"clip": True}, TypeError, "clip must be a positive finite number or None, got True"),
        ({"clip": "1"}, TypeError, "clip must be a positive finite number or None, got '1'"),
        ({"loss": None}, TypeError, "loss must be callable, batch -> scalar, got NoneType"),
        ({"batches": 3}, TypeError, "batches must be .*iterate.* got int"),
        ({"optimizer": None}, TypeError, "optimizer must be a torch.optim.Optimizer, got NoneType"),
        ({"stop": "loss"}, TypeError, "stop must be an EarlyStopping or None, got str"),
        ({"evaluate": 3}, TypeError, "evaluate must be callable .*got int"),
        ({"evaluate": lambda: None}, TypeError, "evaluate must return a mapping .*got NoneType"),
        ({"loss": lambda _: torch.tensor(1.0)}, ValueError, "loss must depend on a parameter"),
        ({"clip": 0.0}, ValueError, "clip must be a positive finite number or None, got 0.0"),
        ({"clip": math.nan}, ValueError, "clip must be a positive finite number or None, got nan"),
        ({"batches": []}, ValueError, "at least one batch an epoch, got none"),
        ({"batches": iter([None])}, ValueError, "an iterator is empty after the first"),
        ({"loss": lambda _: 1.0}, TypeError, "loss must return a tensor, got float"),
        ({"loss": lambda _: torch.ones(2)}, ValueError, r"a scalar, got shape \(2,\)"),
        ({"stop": EarlyStopping("val")}, ValueError, r"one of the series \['loss'\], got 'val'"),
        ({"evaluate": lambda: {"loss": 1.0}}, ValueError, r"names of the loop, got \['loss'\]"),
    ],
)
def test_bad_arguments_are_refused_by_name(change, error, message):
    w, optimizer = parabola()
    arguments = {"loss": lambda _: w.square(), "batches": [None], "epochs": 3}
    with pytest.raises(error, match=message):
        fit(**(arguments | {"optimizer": optimizer} | change))
    assert w.item() == 1 or set(change) & {"stop", "evaluate"}, "refused before a step is taken"


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"patience": 0}, ValueError),
        ({"patience": 2.5}, TypeError),
        ({"patience": True}, TypeError),
        ({"min_delta": -1.0}, ValueError),
        ({"min_delta": math.inf}, ValueError),
        ({"min_delta": "0"}, TypeError),
        ({"mode": "best"}, ValueError),
        ({"name": None}, TypeError),
    ],
)
def test_bad_early_stopping_is_refused_by_name(change, error):
    (name,) = change
    with pytest.raises(error, match=f"{name} must be"):
        EarlyStopping(**({"name": "loss"} | change))


def test_an_unknown_series_is_refused_with_those_there_are():
    with pytest.raises(KeyError, match=r"no series 'los' in this history; it has \['loss'\]"):
        History({"loss": [1.0]})["los"]
