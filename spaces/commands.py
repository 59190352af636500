"""What all management commands share: one JSON document on standard output, exit codes, look-ups by name.

Exit codes (decisions.md 4): 0 done or waiting, 1 failed, cancelled or refused, 2 usage or no database, 3 time over.
With --json standard output holds exactly one document, also after a failure (then with "error"); people's
sentences and logs go to standard error.
"""

import difflib
import json
import sys
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error as DatabaseFault
from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext as _

from spaces.models import Permission, Space
from spaces.text import is_storable

EXIT_OK, EXIT_REFUSED, EXIT_USAGE, EXIT_TIME_OVER = 0, 1, 2, 3
UNDEFINED_TABLE = "42P01"  # PostgreSQL's code: the database is there, its tables are not yet


class CommandFailed(Exception):
    """The command ends with this exit code; `document` is printed with the message as "error"."""

    exit_code = EXIT_REFUSED

    def __init__(self, message: str, document: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.document = document or {}


class Refused(CommandFailed):
    """A rule of the product says no, or what was asked for failed."""


class Misused(CommandFailed):
    """The command line does not make sense: an unknown name, an unreadable file."""

    exit_code = EXIT_USAGE


@dataclass(frozen=True)
class Result:
    """What a command gives: the JSON document, its text for people, and the exit code."""

    document: dict[str, Any]
    text: str = ""
    exit_code: int = EXIT_OK
    error: str = ""


class JsonCommand(BaseCommand):
    """A command that gives one document. Subclasses write `arguments` and `run`.

    `failed_document`: the keys of the document that are there even when the command fails early.
    """

    requires_system_checks: ClassVar[list[str]] = []  # type: ignore[misc]  # they cost half a second
    failed_document: ClassVar[dict[str, Any]] = {}
    _printed = False

    def arguments(self, parser: CommandParser) -> None:
        """Declare the command's own arguments."""

    def run(self, options: dict[str, Any]) -> Result:
        """Do it. Raises CommandFailed."""
        raise NotImplementedError

    def add_arguments(self, parser: CommandParser) -> None:
        self.arguments(parser)
        parser.add_argument("--json", action="store_true", help=_("print one JSON document"))

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        self.help = str(self.help)  # argparse takes no lazy translation
        return super().create_parser(prog_name, subcommand, **kwargs)

    def handle(self, *args: Any, **options: Any) -> None:
        result = self._result(options)
        if options["json"]:
            self._print(result.document)
        elif result.text:
            self.stdout.write(result.text.removesuffix("\n"))
        if result.exit_code != EXIT_OK:
            raise CommandError(result.error or _("failed"), returncode=result.exit_code)

    def run_from_argv(self, argv: list[str]) -> None:
        """Print a document for a wrong command line too, about which argparse writes to standard error."""
        try:
            super().run_from_argv(argv)
        except SystemExit as exc:
            if exc.code == EXIT_USAGE and "--json" in argv and not self._printed:
                self._print({**self.failed_document, "error": _("wrong command line; see standard error")})
            raise

    def _result(self, options: dict[str, Any]) -> Result:
        try:
            _refuse_no_text(options)
            return self.run(options)
        except CommandFailed as exc:
            document = {**self.failed_document, **exc.document, "error": str(exc)}
            return Result(document, exit_code=exc.exit_code, error=str(exc))
        except DatabaseFault as exc:
            if not is_database_missing(exc):
                raise
            message = _("start `make run` first: the database does not answer")
            return Result({**self.failed_document, "error": message}, exit_code=EXIT_USAGE, error=message)

    def _print(self, document: dict[str, Any]) -> None:
        self._printed = True
        self.stdout.write(json.dumps(document, ensure_ascii=False, indent=2))


def _refuse_no_text(options: dict[str, Any]) -> None:
    """Refuse bytes of the shell that are not UTF-8: no row, no document and no terminal takes them."""
    for name, value in options.items():
        values = value if isinstance(value, list) else [value]
        if not all(is_storable(item) for item in values if isinstance(item, str)):
            raise Misused(_("%(name)s is not UTF-8 text; check the terminal's encoding.") % {"name": name})


def is_database_missing(exc: Exception) -> bool:
    """Say whether there is no database to speak to, or one without tables."""
    if getattr(exc.__cause__, "sqlstate", None) == UNDEFINED_TABLE:
        return True
    return isinstance(exc, OperationalError | InterfaceError) and not getattr(exc.__cause__, "sqlstate", None)


def find_user(username: str) -> User:
    """Return the active user with this name. Raises Misused with a suggestion."""
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        known = User.objects.filter(is_active=True).values_list("username", flat=True)
        raise Misused(_("There is no user %(name)s") % {"name": username} + suggestion(username, known))
    return user


def find_space(user: User, slug: str, *, need: str = Permission.VIEW) -> Space:
    """Return the space, loaded with the user's permission. Raises Misused (not there for them) or Refused."""
    space = Space.objects.visible_to(user).filter(slug=slug).first()
    if space is None:
        known = Space.objects.visible_to(user).values_list("slug", flat=True)
        message = _("There is no space %(slug)s for %(user)s") % {"slug": slug, "user": user.get_username()}
        raise Misused(message + suggestion(slug, known))
    if not space.memberships.get(user=user).permits(need):
        values = {"user": user.get_username(), "slug": slug}
        raise Refused(_("The role of %(user)s in the space %(slug)s does not allow this.") % values)
    return space


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return the end of a sentence about an unknown word: what is known and near, or the words there are."""
    words: Sequence[str] = sorted(known)
    near = difflib.get_close_matches(word, words, n=1)
    if near:
        return " " + _("(did you mean %(word)s?)") % {"word": near[0]}
    return " " + _("(there are: %(words)s)") % {"words": ", ".join(words[:20])} if words else "."


def read_text(file: str, *, at_most: int | None = None) -> str:
    """Return the text of a UTF-8 file, `-` is standard input. Raises Misused; Refused when it has more bytes."""
    most = -1 if at_most is None else at_most + 1  # a device never ends
    try:
        with nullcontext(sys.stdin.buffer) if file == "-" else Path(file).open("rb") as stream:
            content = stream.read(most)
        if at_most is not None and len(content) > at_most:
            values = {"file": file, "size": at_most // 1024 // 1024}
            raise Refused(_("%(file)s is larger than %(size)d MiB; give a shorter text.") % values)
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise Misused(_("%(file)s is not UTF-8 text.") % {"file": file}) from exc
    except OSError as exc:
        raise Misused(_("%(file)s cannot be read: %(reason)s") % {"file": file, "reason": exc.strerror or exc}) from exc
