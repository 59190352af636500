"""What a run is found by is settled when it starts; runs from before are filled in by the migration."""

from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection

from runs.history.terms import terms
from runs.models import Run
from spaces.models import Membership, Space
from tests.factories import make_run, make_space, make_workflow


@pytest.fixture
def run(builder: User, admin: User) -> Run:
    space: Space = make_space("demo", builder=builder, admin=admin)
    assert Membership.objects.filter(space=space).count() == 2
    asked = [{"name": "goal", "type": "text", "ask": True}]
    nodes = {"a": {"inputs": asked}, "b": {"executor": "admin"}}
    return make_run(make_workflow("a → b", space=space, owner=builder, nodes=nodes), inputs={"goal": "导出 Invoice"})


def test_run_is_found_by_title_and_inputs_and_by_whom_it_runs_as(run: Run, admin: User, builder: User) -> None:
    found = Run.objects.get(pk=run.pk)
    assert found.search_text == "导出 invoice 导出 invoice"  # its title is its first text
    assert found.search_terms == terms(found.search_text)
    assert found.executor_ids == sorted([admin.pk, builder.pk])
    assert found.trigger == "manual"


def test_migration_fills_in_what_earlier_runs_lack(run: Run) -> None:
    before = Run.objects.filter(pk=run.pk).values("search_text", "search_terms", "executor_ids").get()
    Run.objects.filter(pk=run.pk).update(search_text="", search_terms=[], executor_ids=[])
    with connection.schema_editor() as editor:
        import_module("runs.migrations.0004_history_backfill").fill(apps, editor)
    assert Run.objects.filter(pk=run.pk).values("search_text", "search_terms", "executor_ids").get() == before
