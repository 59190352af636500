"""Forms of spaces and memberships: they check what people type, `actions.py` does it."""

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

from spaces.models import Role, Space


class SpaceForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """The name and the texts of a space."""

    class Meta:
        model = Space
        fields = ["name", "description", "instructions"]


class MemberForm(forms.Form):
    """A person by username, and the role."""

    username = forms.CharField(label=_("Username"), max_length=150)
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.BUILDER)

    def clean_username(self) -> Any:
        """Turn the username into the user."""
        user = User.objects.filter(username=self.cleaned_data["username"], is_active=True).first()
        if user is None:
            raise forms.ValidationError(_("There is no such person."))
        return user
