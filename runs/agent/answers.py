"""The answer's text as an artifact, for models that cannot call tools: it is kept when no file was written.

Pure. Only where the node declares a file or code output that nothing fills; an answer that is nothing but one fenced
block loses its fence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from runs.agent.naming import language_suffix
from runs.agent.output_plan import Candidate, OutputSpec, accepts
from runs.agent.tools.base import ArtifactWrite

_BLOCK = re.compile(r"^[ \t]*(`{3,}|~{3,})[ \t]*([\w+#.-]*)[^\n]*\n(.*?)^[ \t]*\1[ \t]*$", re.DOTALL | re.MULTILINE)
_DOCUMENT_LANGUAGES = frozenset({"", "markdown", "md", "text", "txt", "plain", "plaintext"})


def answer_as_artifact(
    text: str, specs: Sequence[OutputSpec], existing: Iterable[Candidate] = ()
) -> ArtifactWrite | None:
    """Return the artifact to keep from an answer, None when there is nothing to keep or nothing to fill.

    A file output takes the whole answer as `<output>.md`; a code output takes the only fenced block, with the suffix
    of its language. With both unfilled the code output wins if the answer holds exactly one block of code.
    """
    artifacts = list(existing)
    if not text.strip():
        return None
    unfilled = [spec for spec in specs if not any(accepts(spec.type, item.type, item.name) for item in artifacts)]
    code = next((spec for spec in unfilled if spec.type == "code"), None)
    file = next((spec for spec in unfilled if spec.type == "file"), None)
    blocks = _BLOCK.findall(text)
    if code is not None and len(blocks) == 1:
        _, language, body = blocks[0]
        if file is None or language.lower() not in _DOCUMENT_LANGUAGES:
            return ArtifactWrite("code", f"{code.name}{language_suffix(language)}", body.encode())
    if file is not None:
        return ArtifactWrite("file", f"{file.name}.md", _document(text).encode())
    return None


def _document(text: str) -> str:
    match = _BLOCK.fullmatch(text.strip())
    if match is not None and match[2].lower() in _DOCUMENT_LANGUAGES:
        text = match[3]
    return text.strip() + "\n"
