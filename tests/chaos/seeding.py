"""Run as a process against a running Aime: publish workflows (JSON on standard input), sign people in, print JSON."""

import json
import sys

import django


def main() -> None:
    django.setup()
    from django.contrib.auth.models import User
    from django.test import Client

    from spaces.models import Space
    from workflows.actions import import_document, publish
    from workflows.document import from_json

    space, builder = Space.objects.get(slug="demo"), User.objects.get(username="builder")
    slugs = {}
    for source in json.load(sys.stdin):
        workflow = import_document(space=space, by=builder, document=from_json(source))
        publish(workflow=workflow, by=builder, note="")
        slugs[source["name"].lower()] = workflow.slug
    people = [*User.objects.all()]
    if not User.objects.filter(username="outsider").exists():
        people.append(User.objects.create_user("outsider", "outsider@example.org", None))
    sessions = {}
    for person in people:
        client = Client()
        client.force_login(person)
        sessions[person.username] = client.cookies["sessionid"].value
    print(json.dumps({"slugs": slugs, "sessions": sessions}))


if __name__ == "__main__":
    main()
