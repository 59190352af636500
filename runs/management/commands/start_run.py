"""Start a run: `start_run TEMPLATE --space SLUG --user NAME [--input k=v | k=@file]… [--wait SECONDS]`."""

from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from runs.actions.runs import start_run
from runs.command_files import read_upload, text_value
from runs.commands import RunCommand, acting, add_wait, result_of, run_failed
from runs.graphs import version_graph
from runs.start_inputs import Given
from runs.waiting import wait_for_run
from spaces.commands import Misused, Refused, Result, find_space, find_user, suggestion
from spaces.models import Permission
from workflows.asked import asked_values
from workflows.models import Workflow, WorkflowVersion


class Command(RunCommand):
    """Prints the run; with --wait when it has ended or waits for a person."""

    help = gettext_lazy("Start a run of the published version of a workflow template.")  # type: ignore[assignment]

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("template", help=_("slug of the template"))
        parser.add_argument("--space", required=True, help=_("slug of the space"))
        parser.add_argument("--user", required=True, help=_("who starts it"))
        parser.add_argument("--title", default="", help=_("the run's title; else the first words of its first text"))
        parser.add_argument(
            "--input",
            action="append",
            default=[],
            metavar="NAME=VALUE",
            help=_("an input or trigger value (NAME or NODE.NAME) and its text, or @ and a file; @@ stands for @"),
        )
        add_wait(parser, _("wait until the run has ended or waits for a person"))

    def run(self, options: dict[str, Any]) -> Result:
        user = find_user(options["user"])
        space = find_space(user, options["space"], need=Permission.START)
        seen = Workflow.objects.visible_to(user).filter(space=space).select_related("live_version")
        workflow = seen.filter(slug=options["template"]).first()
        if workflow is None:
            known = suggestion(options["template"], seen.values_list("slug", flat=True))
            raise Misused(_("There is no template %(slug)s") % {"slug": options["template"]} + known)
        version = workflow.live_version
        if version is None:
            raise Refused(_("%(slug)s is not published yet; publish it first.") % {"slug": workflow.slug})
        inputs = _inputs(version, options["input"])
        run = acting(lambda: start_run(version=version, by=user, inputs=inputs, title=options["title"]))
        if options["wait"] is None:
            return result_of(run.pk)
        return result_of(run.pk, in_time=wait_for_run(run.pk, options["wait"]), failed=run_failed)


def _inputs(version: WorkflowVersion, given: list[str]) -> dict[str, Given]:
    asked = asked_values(version_graph(version.pk).document)
    types = {name: value.spec.type for value in asked for name in (value.name, value.place)}
    inputs: dict[str, Given] = {}
    for item in given:
        name, equals, value = item.partition("=")
        if not equals:
            raise Misused(_("--input %(item)s: write NAME=VALUE or NAME=@FILE.") % {"item": item})
        if name in inputs:
            raise Misused(_("--input %(name)s is given twice.") % {"name": name})
        inputs[name] = _value(types.get(name, "text"), value)
    return inputs


def _value(type_: str, value: str) -> Given:
    is_file = value.startswith("@") and not value.startswith("@@") and type_ in ("file", "image")
    return read_upload(value[1:]) if is_file else text_value(value)
