"""Run as a process against a running Aime: people, task templates and a template with versions, for the screenshots.

Prints JSON: the session key of each person, and the slug of the template.
"""

import json
from typing import Any

import django

TEMPLATE = "Ship a feature"
TASK_NODE = {
    "prompt": "Write a test plan for {{ design }}.\n\nOne table: what is tested, how, what must come out. "
    "Then list what is not tested, and why.\nWrite it for {{ readers }}.\n",
    "inputs": [
        {"name": "design", "type": "file", "value": "", "label": "Design"},
        {"name": "readers", "type": "text", "value": "the developers of the team", "label": "Readers"},
    ],
    "outputs": [{"name": "plan", "type": "file", "description": "The test plan, one Markdown document"}],
}
REVIEW_NODE = {
    "prompt": "Review {{ code }}. Findings first, the worst first, each with a way to fix it.\n",
    "inputs": [{"name": "code", "type": "file", "value": "", "label": "Code"}],
    "outputs": [
        {"name": "review", "type": "file", "description": "The review, one Markdown document"},
        {"name": "verdict", "type": "text", "description": "Ready or not, in one sentence", "required": False},
    ],
}


def analyse() -> dict[str, Any]:
    return {
        "key": "analyse",
        "type": "task",
        "title": "Analyse the requirement",
        "position": [0, 96],
        "prompt": "Write an analysis of this requirement: goal, requirements, open questions.\n\n{{ requirement }}\n",
        "inputs": [{"name": "requirement", "type": "text", "ask": True, "label": "Requirement"}],
        "outputs": [
            {"name": "analysis", "type": "file", "description": "The analysis, one Markdown document"},
            {"name": "summary", "type": "text", "description": "The goal in two sentences", "required": False},
        ],
        "confirm": True,
        "notify": [{"who": "initiator", "on": ["waiting", "failed"]}],
    }


def design() -> dict[str, Any]:
    return {
        "key": "design",
        "type": "task",
        "title": "Technical design",
        "position": [304, 96],
        "prompt": "Write a design for {{ analysis }}.\n",
        "inputs": [{"name": "analysis", "type": "file", "from": "analyse.analysis"}],
        "outputs": [{"name": "design", "type": "file", "description": "The design document, Markdown"}],
    }


def code() -> dict[str, Any]:
    return {
        "key": "code",
        "type": "task",
        "title": "Write the code",
        "position": [608, 0],
        "prompt": "Write the whole program for {{ design }} in {{ language }}.\n",
        "inputs": [
            {"name": "design", "type": "file", "from": "design.design"},
            {"name": "language", "type": "text", "ask": True, "default": "Python", "label": "Programming language"},
        ],
        "outputs": [{"name": "code", "type": "file", "description": "The source file with the whole program"}],
        "retry": {"attempts": 5},
    }


def review() -> dict[str, Any]:
    return {
        "key": "review",
        "type": "task",
        "title": "Review the code",
        "position": [912, 96],
        "task_template": "code-review",
        "inputs": [{"name": "code", "type": "file", "from": "code.code"}],
        "executor": "ada",
    }


def test_plan() -> dict[str, Any]:
    return {
        "key": "test_plan",
        "type": "task",
        "title": "Plan the tests",
        "position": [608, 264],
        "task_template": "test-plan@1",
        "inputs": [{"name": "design", "type": "file", "from": "design.design"}],
    }


def document(*nodes: dict[str, Any], edges: list[list[str]]) -> dict[str, Any]:
    text = "From a requirement to reviewed code. You confirm the analysis."
    return {"aime": 1, "name": TEMPLATE, "description": text, "nodes": list(nodes), "edges": edges}


def first() -> dict[str, Any]:
    return document(analyse(), design(), code(), edges=[["analyse", "design"], ["design", "code"]])


def second() -> dict[str, Any]:
    edges = [["analyse", "design"], ["design", "code"], ["code", "review"]]
    clearer = design() | {"prompt": "Write a design for {{ analysis }}: parts, errors, tests.\n"}
    return document(analyse(), clearer, code(), review(), edges=edges)


def draft() -> dict[str, Any]:
    """A draft that differs from its live version in every way that a comparison shows."""
    found = second()
    found["nodes"][2] |= {"title": "Write code and comments", "limits": {"seconds": 3600}}
    found["nodes"].append(test_plan())
    found["edges"] += [["design", "test_plan"], ["test_plan", "review"]]
    return found


def main() -> None:
    django.setup()
    from django.contrib.auth.models import User
    from django.test import Client

    from spaces.models import Membership, Role, Space
    from workflows.actions import create_workflow, publish, save_draft
    from workflows.document import from_json
    from workflows.task_templates.actions import Words, create_task_template, save_task_template
    from workflows.task_templates.content import read_content

    space, builder = Space.objects.get(slug="demo"), User.objects.get(username="builder")
    ada = User.objects.create_user("ada", "ada@example.org", None, first_name="Ada", last_name="Lin")
    Membership.objects.create(space=space, user=ada, role=Role.BUILDER)
    for slug, name in (("payments", "Payments"), ("mobile", "Mobile app")):
        other = Space.objects.create(slug=slug, name=name)
        Membership.objects.create(space=other, user=builder, role=Role.BUILDER)
    words = Words("Test plan", "What is tested, how, and what must come out, as one table.", "The first")
    plan = create_task_template(space=space, by=builder, words=words, content=read_content(TASK_NODE)[0])
    newer = TASK_NODE | {"prompt": TASK_NODE["prompt"] + "Begin with the riskiest part.\n"}  # type: ignore[operator]
    words = Words(plan.name, plan.description, "The riskiest part first")
    save_task_template(template=plan, by=builder, words=words, content=read_content(newer)[0], base=1)
    words = Words("Code review", "Findings, the worst first, each with a way to fix it.", "")
    create_task_template(space=space, by=ada, words=words, content=read_content(REVIEW_NODE)[0])

    workflow = create_workflow(space=space, by=builder, document=from_json(first()))
    publish(workflow=workflow, by=builder, note="From a requirement to code")
    workflow = save_draft(workflow=workflow, by=ada, document=from_json(second()))
    publish(workflow=workflow, by=ada, note="The code is reviewed by Ada")
    save_draft(workflow=workflow, by=builder, document=from_json(draft()))
    sessions = {}
    for person in User.objects.all():
        client = Client()
        client.force_login(person)
        sessions[person.username] = client.cookies["sessionid"].value
    print(json.dumps({"slug": workflow.slug, "sessions": sessions}))


if __name__ == "__main__":
    main()
