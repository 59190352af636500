"""Show a run: `show_run ID [--user NAME]`, as that person sees it. Whoever has the shell sees every run."""

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
        parser.add_argument("--user", help=_("who looks; left out, whoever has the shell sees every run"))

    def run(self, options: dict[str, Any]) -> Result:
        user = find_user(options["user"]) if options["user"] else None
        return result_of(find_run(options["id"], user).pk)
