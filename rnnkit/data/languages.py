"""Names in eighteen languages."""

from collections import Counter
from importlib import import_module
from typing import NamedTuple

import torch
from torch import Tensor

from rnnkit._checks import whole
from rnnkit.data._packages import missing

# Faker's locale, and the lists in it. Japanese has few romanised names: family and given together.
_LOCALES = {
    "Armenian": ("hy_AM", "last_names"),
    "Dutch": ("nl_NL", "last_names"),
    "English": ("en_GB", "last_names"),
    "Estonian": ("et_EE", "last_names"),
    "Finnish": ("fi_FI", "last_names"),
    "French": ("fr_FR", "last_names"),
    "Georgian": ("ka_GE", "last_names"),
    "German": ("de_DE", "last_names"),
    "Greek": ("el_GR", "last_names"),
    "Irish": ("ga_IE", "last_names"),
    "Italian": ("it_IT", "last_names"),
    "Japanese": ("ja_JP", "last_romanized_names", "first_romanized_names"),
    "Russian": ("ru_RU", "last_names"),
    "Slovak": ("sk_SK", "last_names"),
    "Spanish": ("es_ES", "last_names"),
    "Swedish": ("sv_SE", "last_names"),
    "Ukrainian": ("uk_UA", "last_names"),
    "Zulu": ("zu_ZA", "last_names"),
}


class Names(NamedTuple):
    """Names and the languages they come from.

    Attributes:
        texts: N names in lower-case ASCII letters, spaces, apostrophes and hyphens.
        labels: (N,) int64, each an index into `languages`.
        languages: the 18 languages in alphabetical order.
    """

    texts: list[str]
    labels: Tensor
    languages: list[str]


def names(per_language: int = 400) -> Names:
    """Read people's names in 18 languages, folded to lower-case ASCII.

    A name that occurs in two languages has no right answer and is dropped from both. A longer list
    than `per_language` is thinned evenly along the alphabet, so that the choice is the same every
    time. The names are grouped by language: shuffle before you split.

    Args:
        per_language: the most names to keep of a language, at least 1.

    Returns:
        Names(texts, labels, languages).

    Raises:
        TypeError: `per_language` is not a whole number.
        ValueError: `per_language` < 1.
        ModuleNotFoundError: Faker or anyascii is not installed.

    Source: the locale lists of the package Faker 40 (MIT), transliterated by anyascii 0.3 (ISC).
    Georgian, Hebrew or Thai script has no capitals: lower case keeps that from giving it away.
    """
    per_language = whole("per_language", per_language, at_least=1)
    lists = {language: _folded(*source) for language, source in _LOCALES.items()}
    languages_of = Counter(name for found in lists.values() for name in found)
    texts, labels = [], []
    for label, found in enumerate(lists.values()):
        own = sorted(name for name in found if languages_of[name] == 1)
        keep = min(per_language, len(own))
        texts += [own[i * len(own) // keep] for i in range(keep)]
        labels += [label] * keep
    return Names(texts, torch.tensor(labels), list(lists))


def _folded(locale: str, *attributes: str) -> set[str]:
    try:
        from anyascii import anyascii
    except ModuleNotFoundError:
        raise missing("anyascii", "data.names") from None
    try:
        provider = import_module(f"faker.providers.person.{locale}").Provider
    except ModuleNotFoundError:
        raise missing("Faker", "data.names") from None
    listed = (name for attribute in attributes for name in getattr(provider, attribute))
    folded = {" ".join(anyascii(str(name)).lower().replace("`", "'").split()) for name in listed}
    return {name for name in folded if name and all(c.isalpha() or c in " '-" for c in name)}
