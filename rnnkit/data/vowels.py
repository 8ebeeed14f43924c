"""JapaneseVowels: short multivariate series of varying length."""

from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from rnnkit.data._packages import package_files


class Vowels(NamedTuple):
    """The training and the test part of JapaneseVowels.

    Attributes:
        train: 270 utterances, each (L_i, 12) float32 with 7 ≤ L_i ≤ 29.
        train_speakers: (270,) int64, the speaker of each, 0 to 8.
        test: 370 utterances of the same speakers.
        test_speakers: (370,) int64.
    """

    train: list[Tensor]
    train_speakers: Tensor
    test: list[Tensor]
    test_speakers: Tensor


def japanese_vowels() -> Vowels:
    """Read 640 utterances of the vowels /ae/ by nine male speakers; the task is: who speaks?

    Each step of a series is one frame of speech, described by 12 LPC cepstrum coefficients
    (without unit); frames are 6.4 ms apart. The split into training and test is the donors' own.

    Returns:
        Vowels(train, train_speakers, test, test_speakers).

    Raises:
        ModuleNotFoundError: sktime is not installed.

    Source: Kudo, Toyama & Shimbo (1999), Multidimensional curve classification using
    passing-through regions, Pattern Recognition Letters 20; UCI Machine Learning Repository
    (CC BY 4.0); read from the files that the package sktime (BSD-3-Clause) ships.
    """
    parts = []
    for part in ("TRAIN", "TEST"):
        (path,) = package_files(
            "sktime",
            f"JapaneseVowels_{part}.ts",
            needed_by="data.japanese_vowels",
            options="--no-deps ",
        )
        parts.append(_read_ts(path))
    return Vowels(*parts[0], *parts[1])


def _read_ts(path: Path) -> tuple[list[Tensor], Tensor]:
    # One series a line: dimensions separated by ':', values by ',', the class last.
    _, _, body = path.read_text(encoding="utf-8").partition("@data\n")
    series, speakers = [], []
    for line in body.splitlines():
        *dimensions, speaker = line.split(":")
        rows = [[float(value) for value in dimension.split(",")] for dimension in dimensions]
        series.append(torch.tensor(rows).T.contiguous())  # (L_i, 12)
        speakers.append(int(speaker) - 1)
    return series, torch.tensor(speakers)
