"""Cancel a run: `cancel_run ID --user NAME`."""

from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from runs.actions.runs import cancel_run
from runs.commands import RunCommand, acting, find_run, result_of
from spaces.commands import Result, find_user


class Command(RunCommand):
    """Prints the cancelled run."""

    help = gettext_lazy("Cancel a run: nothing of it starts afterwards.")  # type: ignore[assignment]

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("id", help=_("the run's id"))
        parser.add_argument("--user", required=True, help=_("who cancels it"))

    def run(self, options: dict[str, Any]) -> Result:
        user = find_user(options["user"])
        run = find_run(options["id"], user)
        acting(lambda: cancel_run(run=run, by=user), run)
        return result_of(run.pk)
