"""Every row belongs to exactly one space: each model reaches Space by foreign keys that are never null."""

from django.apps import apps
from django.db.models import ForeignKey, Model

from spaces.models import Space
from tests.architecture.tree import APPS, judge

OWNED_BY_NOBODY = {
    "Space": "is the space",
    "Blob": "bytes under their hash, shared by equal artifacts; reached through an Artifact only",
    "Host": "a process of the installation",
    "Heartbeat": "a loop of the installation",
    "SignInTries": "of a name and an address, before anybody is anybody",
    "NotificationSetting": "of what a person wants to be told, in all their spaces",
}


def reaches_space(model: type[Model], seen: frozenset[type[Model]] = frozenset()) -> bool:
    """Say whether foreign keys without null lead from a model to Space."""
    return any(
        field.related_model is Space or reaches_space(field.related_model, seen | {model})  # type: ignore[arg-type]
        for field in model._meta.get_fields()
        if isinstance(field, ForeignKey) and not field.null and field.related_model not in seen | {model}
    )


def test_every_model_leads_to_its_space() -> None:
    """Else nobody can say who may see the row."""
    models = [model for app in APPS for model in apps.get_app_config(app).get_models()]
    broken = [model.__name__ for model in models if not reaches_space(model)]
    judge(broken, OWNED_BY_NOBODY, "Add a foreign key without null towards a space, or list the model with a reason:")
