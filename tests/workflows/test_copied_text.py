"""What the editor puts on the clipboard is a template file: the server reads the very document out of it."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.workflows.strategies import documents
from workflows.document import Document, parse_yaml, to_json

SCRIPT = Path(__file__).resolve().parents[1] / "js" / "graph-yaml-texts.js"
NODE = shutil.which("node")


@pytest.mark.skipif(NODE is None, reason="needs node")
@settings(
    max_examples=20, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate]
)
@given(st.lists(documents(), min_size=1, max_size=12))
def test_text_of_the_editor_is_read_as_the_same_document(given_documents: list[Document]) -> None:
    plain = json.dumps([to_json(document) for document in given_documents])
    done = subprocess.run([str(NODE), SCRIPT], input=plain, capture_output=True, text=True, timeout=300, check=True)
    for document, text in zip(given_documents, json.loads(done.stdout), strict=True):
        # As JSON: an object of the browser puts keys that look like numbers first.
        assert to_json(parse_yaml(text)) == to_json(document), text
