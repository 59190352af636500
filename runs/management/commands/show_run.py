"""Show a run: `show_run ID [--user NAME]`, as that person sees it.

Without --user only runs that their space sees are found; a personal one needs the name of who started it. As with
`export_template`: what is personal is not shown by chance to whoever has the shell.
"""

from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from runs.commands import RunCommand, find_run, result_of
from spaces.commands import Result, find_user


class Command(RunCommand):
    """Prints the run with all versions of its nodes."""

    help = gettext_lazy("Show a run: statuses, messages, outputs and artifacts of its nodes.")  # type: ignore[assignment]

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("id", help=_("the run's id"))
        parser.add_argument("--user", help=_("who looks; needed for a personal run"))

    def run(self, options: dict[str, Any]) -> Result:
        user = find_user(options["user"]) if options["user"] else None
        return result_of(find_run(options["id"], user).pk)
