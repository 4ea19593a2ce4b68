"""The documents as a site: `tox -e docs` builds it and fails on any warning, such as a link to nowhere.

The source folder is the repository's root, so a link between documents is the same on the site and in a
checkout. Nothing is fetched: neither here nor by the pages that are made.
"""

from __future__ import annotations

import sys
from pathlib import Path

from docutils import nodes
from pygments.lexers.special import TextLexer
from sphinx.addnodes import download_reference
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "docs" / "examples"
sys.path.insert(0, str(ROOT))

from reports.reference import reference  # noqa: E402

project = "Polynomial transformers, encrypted"
copyright = "the maintainers of polynomial-transformer-bench, Apache License 2.0"
root_doc = "docs/index"
include_patterns = ["*.md", "docs/*.md", "docs/decisions/*.md"]
exclude_patterns = [".*", "**/.*", "node_modules", "build", "dist", "results"]

extensions = ["myst_nb"]
#: Anchors of headings as GitHub makes them, to every depth that is linked to.
myst_heading_anchors = 4
#: Notebooks run anew in each build, in a folder of their own; one that fails fails it.
nb_execution_mode = "force"
nb_execution_in_temp = True
nb_execution_raise_on_error = True
nb_execution_show_tb = True
nb_execution_timeout = 600
#: Code in documents is not all of one language.
highlight_language = "none"

html_theme = "furo"
html_title = "Polynomial transformers, encrypted"
html_copy_source = False
#: The examples as they are, and the page that leads from the site's top to its first document.
html_extra_path = [str(EXAMPLES), "top"]


class RecordReference(SphinxDirective):
    """The names of a record, from its schema."""

    def run(self) -> list[nodes.Node]:
        """What `reports.reference` makes, as sections of this page."""
        for name in ("record", "ladder", "costs"):
            self.env.note_dependency(str(ROOT / "reports" / f"{name}.py"))
        return self.parse_text_to_nodes(reference(), allow_section_headings=True)


def open_examples(app: Sphinx, tree: nodes.document, docname: str) -> None:
    """A link to an example that is a page opens it, where one to another file downloads it."""
    for link in list(tree.findall(download_reference)):
        name = Path(link["reftarget"]).name
        if name.endswith(".html") and (EXAMPLES / name).exists():
            to_top = "../" * docname.count("/")
            link.replace_self(nodes.reference("", "", *link.children, refuri=f"{to_top}{name}"))


def setup(app: Sphinx) -> None:
    """Add what Markdown has no words for; diagrams are shown as their text, which says as much."""
    app.add_directive("record-reference", RecordReference)
    app.add_lexer("mermaid", TextLexer)
    app.connect("doctree-resolved", open_examples)
