"""Import a template file into a space: `import_template FILE --space SLUG --user NAME [--publish]`."""

from typing import Any, ClassVar

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from spaces.commands import EXIT_OK, EXIT_REFUSED, JsonCommand, Refused, Result, find_space, find_user, read_text
from spaces.models import Permission
from workflows.actions import import_document, publish
from workflows.document import Document, DocumentError, Problem, parse_yaml
from workflows.errors import PublishRefused
from workflows.queries import problems_of
from workflows.template_file.problems import problem_to_json


class Command(JsonCommand):
    """Prints {"slug", "version", "problems"}; the version is that of --publish, else null."""

    help = gettext_lazy("Import a workflow template file (YAML) into a space.")  # type: ignore[assignment]
    failed_document: ClassVar[dict[str, Any]] = {"slug": None, "version": None, "problems": []}

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help=_("the template file, - for standard input"))
        parser.add_argument("--space", required=True, help=_("slug of the space"))
        parser.add_argument("--user", required=True, help=_("who imports it"))
        parser.add_argument("--publish", action="store_true", help=_("publish it at once"))

    def run(self, options: dict[str, Any]) -> Result:
        text = read_text(options["file"])
        user = find_user(options["user"])
        space = find_space(user, options["space"], need=Permission.EDIT)
        workflow = import_document(space=space, by=user, document=_parsed(text))
        problems = problems_of(workflow)
        number, error = None, ""
        if options["publish"]:
            try:
                number = publish(workflow=workflow, by=user).number
            except PublishRefused as exc:
                problems, error = exc.problems, _("imported as a draft, but not published")
        document = {"slug": workflow.slug, "version": number, "problems": [problem_to_json(one) for one in problems]}
        text = "\n".join([_headline(workflow.slug, number), *_lines(problems)])
        return Result(document, text, EXIT_REFUSED if error else EXIT_OK, error)


def _parsed(text: str) -> Document:
    try:
        return parse_yaml(text)
    except DocumentError as exc:
        message = "\n".join([_("This is not a template file:"), *_lines(exc.problems)])
        raise Refused(message, {"problems": [problem_to_json(problem) for problem in exc.problems]}) from exc


def _headline(slug: str, number: int | None) -> str:
    return f"{slug} v{number}" if number else f"{slug} " + _("(draft)")


def _lines(problems: list[Problem]) -> list[str]:
    return [f"  {problem.severity}: {problem}" for problem in problems]
