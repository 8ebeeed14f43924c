"""Labs on the static site: an anywidget of the notebook, alive without a kernel."""

from __future__ import annotations

import json
import subprocess
from html import escape
from typing import TYPE_CHECKING, Any

from docutils import nodes

from book import ROOT, STAGE
from book.node import node

if TYPE_CHECKING:
    from sphinx.application import Sphinx

STATIC = ROOT / "rnnkit" / "widgets" / "static"
SITE_BUNDLES = STAGE / "labs"
VIEW = '<script type="application/vnd.jupyter.widget-view+json">'
FALLBACK = (
    '<div class="rnn-needs-kernel" role="note"><p>This control needs a running notebook. '
    "Open this page in JupyterLab to use it; everything around it reads without.</p></div>"
)
_PRIVATE = {"_esm", "_css", "layout", "tabbable", "tooltip"}


def bundle(*_: object) -> None:
    """Bundle the labs with esbuild; files whose content is unchanged are not touched."""
    command = [str(node()), "rnnkit/widgets/src/build.mjs", "--site", str(SITE_BUNDLES)]
    subprocess.run(command, cwd=ROOT, check=True)


def mount(name: str, state: dict[str, Any]) -> str:
    """Return the place of one lab in a page: its default picture, and what the loader needs."""
    picture = (STATIC / f"{name}.svg").read_text("utf-8")
    data = escape(json.dumps(state, sort_keys=True))
    return (
        f'<div class="rnn-lab-mount" data-mount="{escape(name)}" data-state="{data}">'
        f'<div class="rnn-lab-default">{picture}<p class="rnn-lab-note">'
        "This picture is a lab: with JavaScript switched on you can change its numbers.</p>"
        "</div></div>"
    )


def _widget_state(env: Any, docname: str) -> dict[str, Any]:  # noqa: ANN401 (MyST-NB's environment)
    scripts = getattr(env, "nb_metadata", {}).get(docname, {}).get("js_files", {})
    body = scripts.get("ipywidgets_state", (None, {"body": "{}"}))[1]["body"]
    for key in [k for k in scripts if k.startswith("ipywidgets_")]:
        del scripts[key]
    state: dict[str, Any] = json.loads(body).get("state", {})
    return state


def _place_labs(app: Sphinx, doctree: nodes.document) -> None:
    """Replace widget views: our labs become mounts, any other widget a polite note."""
    env = app.env
    docname = env.docname
    models = _widget_state(env, docname)
    names = set()
    for view in list(doctree.findall(nodes.raw)):
        text = view.astext()
        if not text.startswith(VIEW):
            continue
        content = json.loads(text.removeprefix(VIEW).removesuffix("</script>"))
        content = json.loads(content) if isinstance(content, str) else content
        model = models.get(content["model_id"], {}).get("state", {})
        module, _, name = str(model.get("_anywidget_id", "")).rpartition(".")
        if not module.startswith("rnnkit.widgets"):
            view.replace_self(nodes.raw("", FALLBACK, format="html"))
            continue
        traits = {
            key: value
            for key, value in model.items()
            if key not in _PRIVATE and not key.startswith(("_model", "_view", "_anywidget", "_dom"))
        }
        names.add(name)
        env.note_dependency(str(STATIC / f"{name}.svg"))
        env.note_dependency(str(STATIC / f"{name}.js"))
        env.note_dependency(str(STATIC / "lab.css"))
        view.replace_self(nodes.raw("", mount(name, traits), format="html"))
    env.metadata[docname]["rnn_labs"] = sorted(names)


def _load_labs(
    app: Sphinx, pagename: str, _template: str, _context: object, _doctree: object
) -> None:
    """Load the scripts of the labs that a page has, and no others."""
    names = app.env.metadata.get(pagename, {}).get("rnn_labs", [])
    if not names:
        return
    app.add_css_file("labs/lab.css")
    for name in names:
        app.add_js_file(f"labs/{name}.js", loading_method="defer")
    app.add_js_file("labs-loader.js", loading_method="defer")


def setup(app: Sphinx) -> None:
    """Connect the bundler, the places and the scripts."""
    app.connect("config-inited", bundle, priority=100)
    app.connect("doctree-read", _place_labs)
    app.connect("html-page-context", _load_labs)
