"""The labs: widgets whose mathematics runs in the browser. Nothing here imports torch.

Each lab is loaded on first use, so that `import rnnkit.widgets` stays light.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .clipping import ClippingLab
    from .explorer import GradientExplorer
    from .sine import SineLab

__all__ = ["ClippingLab", "GradientExplorer", "SineLab"]

_MODULES = {
    "ClippingLab": ".clipping",
    "GradientExplorer": ".explorer",
    "SineLab": ".sine",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401  # a module attribute can be anything (PEP 562)
    if name not in _MODULES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    value = getattr(import_module(_MODULES[name], __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
