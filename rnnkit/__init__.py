"""The helper package of the course: what two chapters share, and the labs.

Submodules load on first use (PEP 562), so that `import rnnkit` stays light and leaves torch alone.
"""

import importlib
from types import ModuleType

__version__ = "0.1.0"

_SUBMODULES = (
    "data",
    "ensembles",
    "forecaster_recipe",
    "forecasting",
    "gradients",
    "initialisations",
    "least_squares",
    "plots",
    "tanh_forecaster",
    "training",
    "unroll",
    "widgets",
)

__all__ = ["__version__", *_SUBMODULES]


def __getattr__(name: str) -> ModuleType:
    """Import a submodule when it is first asked for."""
    if name in _SUBMODULES:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """List what `__all__` promises, loaded or not."""
    return sorted(__all__)
