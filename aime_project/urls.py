"""The URL map: admin, sign-in, health, and the pages of the three apps."""

from django.contrib import admin
from django.urls import include, path

from aime_project import health
from spaces.views import accounts

urlpatterns = [
    path("admin/", admin.site.urls),
    path("accounts/login/", accounts.SignIn.as_view(), name="login"),
    path("accounts/logout/", accounts.SignOut.as_view(), name="logout"),
    path("health", health.live, name="health"),
    path("health/ready", health.ready, name="health-ready"),
    path("", include("spaces.urls")),
    path("", include("workflows.urls")),
    path("", include("runs.urls")),
]
handler400 = "spaces.views.errors.bad_request"
handler403 = "spaces.views.errors.permission_denied"
handler404 = "spaces.views.errors.not_found"
handler500 = "spaces.views.errors.server_error"
