"""`node_act … choose OUTPUT`: what the command line says of an output, as `runs/actions/outputs.py` takes it."""

from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from runs.actions.outputs import choose_output
from runs.command_files import read_upload, text_value
from runs.errors import ActRefused
from runs.graphs import version_graph
from runs.models import Artifact, NodeRun
from spaces.commands import Misused, suggestion

GIVEN = ("artifact", "value", "link", "file")


def add_choices(parser: CommandParser) -> None:
    """Declare the options of which choose takes exactly one."""
    parser.add_argument("--artifact", metavar="NAME[@REVISION]", help=_("choose: an artifact of the node version"))
    parser.add_argument(
        "--text", dest="value", metavar="TEXT", help=_("choose: a text, or @ and a file; @@ stands for @")
    )
    parser.add_argument("--link", metavar="URL", help=_("choose: a link"))
    parser.add_argument("--file", metavar="PATH", help=_("choose: a file to upload"))


def check_choices(options: dict[str, Any]) -> None:
    """Refuse these options with another act, and choose without exactly one of them. Raises Misused."""
    given = [name for name in GIVEN if options[name] is not None]
    if options["act"] != "choose" and given:
        raise Misused(_("Only choose takes --artifact, --text, --link and --file."))
    if options["act"] == "choose" and len(given) != 1:
        raise Misused(_("Say what the output is to be: one of --artifact, --text, --link and --file."))


def choose(node_run: NodeRun, user: User, options: dict[str, Any]) -> None:
    """Change an output at the gate. Raises Misused for names that are not there, ActForbidden, ActRefused."""
    outputs = {
        output.name: output.type for output in version_graph(node_run.run.version_id).specs[node_run.key].outputs
    }
    name = options["text"]
    if name not in outputs:
        values = {"key": node_run.key, "name": name}
        raise Misused(_("Node %(key)s has no output %(name)s") % values + suggestion(name, outputs))
    _check_type(name, outputs[name], options)
    text = None if options["value"] is None else text_value(options["value"])
    choose_output(
        node_run=node_run,
        by=user,
        name=name,
        artifact=_artifact(node_run, options["artifact"]) if options["artifact"] is not None else "",
        text=options["link"] if options["link"] is not None else text,
        upload=read_upload(options["file"]) if options["file"] is not None else None,
    )


def _check_type(name: str, type_: str, options: dict[str, Any]) -> None:
    """Say which option fits, where the given one cannot; the act itself would only say that something is missing."""
    fits = {"text": ("value",), "link": ("artifact", "link")}.get(type_, ("artifact", "file"))
    if all(options[option] is None for option in fits):
        flags = " / ".join("--text" if option == "value" else f"--{option}" for option in fits)
        values = {"name": name, "type": type_, "flags": flags}
        raise ActRefused(_("Output “%(name)s” is a %(type)s; choose it with %(flags)s.") % values)


def _artifact(node_run: NodeRun, named: str) -> str:
    """Find an artifact of the node version by its name, the newest revision or the one after the last @."""
    ours = Artifact.objects.filter(node_run=node_run).order_by("-revision", "-id")
    found = ours.filter(name=named).first()
    name, at, revision = named.rpartition("@")
    if found is None and at and revision.isascii() and revision.isdigit():
        found = ours.filter(name=name, revision=min(int(revision), 2**31 - 1)).first()
    if found is None:
        known = [f"{row.name}@{row.revision}" for row in ours[:100]]
        raise Misused(_("This node version has no artifact %(name)s") % {"name": named} + suggestion(named, known))
    return found.public_id
