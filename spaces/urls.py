"""Addresses of the spaces app. What lies below a space is in the apps above."""

from django.conf import settings
from django.urls import URLPattern, path

from spaces.views import appearance, components, spaces

app_name = "spaces"
urlpatterns: list[URLPattern] = [
    path("", spaces.index, name="space-index"),
    path("appearance/", appearance.update, name="appearance-update"),
]
if settings.DEBUG:
    urlpatterns.append(path("components/", components.gallery, name="component-gallery"))
