"""The admin site's pages for spaces and memberships."""

from django.contrib import admin

from spaces.models import Membership, Space


class MembershipInline(admin.TabularInline):  # type: ignore[type-arg]  # not subscriptable at run time
    """The members of a space."""

    model = Membership
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
