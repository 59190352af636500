"""The admin site's pages for spaces and memberships."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from spaces.forms import AdminSignInForm
from spaces.models import Membership, Role, Space

admin.site.login_form = AdminSignInForm
NO_ADMIN = _("A space needs an admin. Make somebody else an admin first.")


class MembersFormSet(forms.BaseInlineFormSet):  # type: ignore[type-arg]  # not subscriptable at run time
    """The members of a space, of whom one has to be an admin."""

    def clean(self) -> None:
        """Refuse a list without an admin, unless the space is new and has no members yet."""
        super().clean()
        kept = [form.cleaned_data for form in self.forms if getattr(form, "cleaned_data", None)]
        kept = [data for data in kept if data.get("user") and not data.get("DELETE")]
        if (kept or self.initial_forms) and not any(data.get("role") == Role.ADMIN for data in kept):
            raise ValidationError(NO_ADMIN)


class MembershipForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """One membership; the last admin of a space stays one."""

    def clean(self) -> dict[str, Any]:
        """Refuse to take the space its last admin."""
        data: dict[str, Any] = super().clean() or {}
        before = Membership.objects.filter(pk=self.instance.pk).first()
        stays = before is None or (data.get("role"), data.get("space")) == (Role.ADMIN, before.space)
        if before is not None and not stays and is_last_admin(before):
            raise ValidationError(NO_ADMIN)
        return data


def is_last_admin(membership: Membership) -> bool:
    """Say whether a space would have no admin without this member."""
    others = Membership.objects.filter(space=membership.space_id, role=Role.ADMIN).exclude(pk=membership.pk)
    return membership.role == Role.ADMIN and not others.exists()


class MembershipInline(admin.TabularInline):  # type: ignore[type-arg]  # not subscriptable at run time
    """The members of a space."""

    model = Membership
    formset = MembersFormSet
    extra = 0
    autocomplete_fields = ["user"]


@admin.register(Space)
class SpaceAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not subscriptable at run time
    """Spaces with their members."""

    list_display = ["name", "slug", "public_id", "created_at"]
    search_fields = ["name", "slug", "public_id"]
    readonly_fields = ["public_id", "created_at"]
    date_hierarchy = "created_at"
    inlines = [MembershipInline]


@admin.register(Membership)
class MembershipAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not subscriptable at run time
    """Who is what in which space."""

    list_display = ["user", "space", "role", "created_at"]
    list_filter = ["role", "space"]
    list_select_related = ["user", "space"]
    search_fields = ["user__username", "space__name", "space__slug"]
    readonly_fields = ["created_at"]
    autocomplete_fields = ["user", "space"]
    form = MembershipForm

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Leave out deleting many at once: it would not ask each whether it is the last admin."""
        actions: dict[str, Any] = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def has_delete_permission(self, request: HttpRequest, obj: Membership | None = None) -> bool:
        """Keep the last admin of a space, unless the space itself is being deleted."""
        match = request.resolver_match
        is_own_page = match is not None and str(match.url_name).startswith("spaces_membership")
        return super().has_delete_permission(request, obj) and not (obj and is_own_page and is_last_admin(obj))
