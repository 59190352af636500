"""Print a template as a file: `export_template SLUG --space SLUG`.

Without --user only space-visible templates are found; a personal one needs the name of its owner.
"""

from typing import Any

from django.core.management.base import CommandParser
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from spaces.commands import JsonCommand, Misused, Result, find_space, find_user, suggestion
from spaces.models import Space
from workflows.document import from_json, to_json, to_yaml
from workflows.models import Visibility, Workflow


class Command(JsonCommand):
    """Prints the template file, with --json the same structure as JSON."""

    help = gettext_lazy("Print a workflow template as a file.")  # type: ignore[assignment]

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help=_("slug of the template"))
        parser.add_argument("--space", required=True, help=_("slug of the space"))
        parser.add_argument("--user", help=_("who exports it; needed for a personal template"))
        parser.add_argument("--number", type=int, help=_("a published version; the draft when left out"))

    def run(self, options: dict[str, Any]) -> Result:
        seen = _templates(options["space"], options["user"])
        workflow = seen.filter(slug=options["slug"]).first()
        if workflow is None:
            known = suggestion(options["slug"], seen.values_list("slug", flat=True))
            raise Misused(_("There is no template %(slug)s") % {"slug": options["slug"]} + known)
        document = from_json(_content(workflow, options["number"]))
        return Result(to_json(document), to_yaml(document))


def _templates(space_slug: str, username: str | None) -> QuerySet[Workflow]:
    if username:
        user = find_user(username)
        return Workflow.objects.visible_to(user).filter(space=find_space(user, space_slug))
    space = Space.objects.filter(slug=space_slug).first()
    if space is None:
        known = suggestion(space_slug, Space.objects.values_list("slug", flat=True))
        raise Misused(_("There is no space %(slug)s") % {"slug": space_slug} + known)
    return Workflow.objects.filter(space=space, visibility=Visibility.SPACE)


def _content(workflow: Workflow, number: int | None) -> Any:
    if number is None:
        return workflow.draft
    version = workflow.versions.filter(number=number).first()
    if version is None:
        known = suggestion(str(number), (str(one) for one in workflow.versions.values_list("number", flat=True)))
        raise Misused(_("There is no version %(number)s of this template") % {"number": number} + known)
    return version.document
