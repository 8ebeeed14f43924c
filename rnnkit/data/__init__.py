"""Every data set of the course: made by a formula, or read from an installed package.

Nothing here opens a network connection. What is random takes a `generator=`; the global random
state is never touched.
"""

from rnnkit.data.languages import Names, names
from rnnkit.data.series import seattle_temperatures, sine, sliding_windows, time_split
from rnnkit.data.tasks import adding, recall, temporal_order
from rnnkit.data.texts import shakespeare
from rnnkit.data.vowels import Vowels, japanese_vowels

__all__ = [
    "Names",
    "Vowels",
    "adding",
    "japanese_vowels",
    "names",
    "recall",
    "seattle_temperatures",
    "shakespeare",
    "sine",
    "sliding_windows",
    "temporal_order",
    "time_split",
]
