"""Forms of spaces and memberships: they check what people type, `actions.py` does it."""

from typing import Any, cast

from django import forms
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from spaces.models import Role, Space
from spaces.sign_in import count_try, forget_tries, key_of


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


class SignInForm(AuthenticationForm):
    """A name and a password, so many times; then a pause, also for the right one."""

    is_limited = False

    def clean(self) -> dict[str, Any]:
        """Count the try, then look at the password."""
        if not self.cleaned_data.get("username") or not self.cleaned_data.get("password"):
            return super().clean()
        key = key_of(self.cleaned_data["username"], cast("HttpRequest", self.request))
        minutes = count_try(key)
        if minutes:
            self.is_limited = True
            raise forms.ValidationError(too_often(minutes), code="too_often")
        data = super().clean()
        forget_tries(key)
        return data


class AdminSignInForm(SignInForm, AdminAuthenticationForm):
    """The same at the admin site."""


def too_often(minutes: int) -> str:
    """Say when the next try is taken."""
    return ngettext(
        "Too many tries with this name from here. Try again in %(minutes)s minute.",
        "Too many tries with this name from here. Try again in %(minutes)s minutes.",
        minutes,
    ) % {"minutes": minutes}
