"""Bytes of an uploaded file → text. Pure. Whatever comes, it is text or a problem that says what to do."""

from workflows.template_file.problems import DocumentError, Problem, gettext_noop, phrase
from workflows.template_file.yaml_events import MAX_BYTES

_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def text_of(content: bytes) -> str:
    """Return the text of a file. Raises DocumentError when it is too large or not UTF-8."""
    if len(content) > MAX_BYTES:
        raise DocumentError([too_large()])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        said = phrase(gettext_noop("Byte %(place)s is not UTF-8 text"), place=error.start + 1)
        hint = phrase(gettext_noop("this looks like UTF-16: save the file as UTF-8"))
        if not content.startswith(_UTF_16):
            hint = phrase(gettext_noop("a template file is text: choose the .yaml file itself, saved as UTF-8"))
        raise DocumentError([Problem("", said, hint=hint)]) from error


def too_large() -> Problem:
    """The problem of a file past the limit."""
    return Problem("", phrase(gettext_noop("The file is larger than 1 MiB")))
