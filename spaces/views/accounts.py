"""Signing in and out."""

from typing import Any

from django.contrib.auth import views as auth
from django.http import HttpRequest, HttpResponse

from spaces.actions import announce_access
from spaces.forms import SignInForm


class SignIn(auth.LoginView):
    """Django's, with a limit of tries."""

    authentication_form = SignInForm
    redirect_authenticated_user = True

    def form_invalid(self, form: Any) -> HttpResponse:
        """429 where the password was not looked at."""
        answer = self.render_to_response(self.get_context_data(form=form))
        answer.status_code = 429 if form.is_limited else 200
        return answer


class SignOut(auth.LogoutView):
    """Django's; pages of this session in other windows hear nothing more."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """End the session, then let the web processes look whose sockets may stay open."""
        answer = super().post(request, *args, **kwargs)
        announce_access()
        return answer
