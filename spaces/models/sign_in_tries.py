"""Tries to sign in that did not succeed, per name and address, so that passwords cannot be guessed at length."""

from django.db import models


class SignInTries(models.Model):
    """Tries since the first of a stretch. `key` is a digest: what was typed as a name may be a password."""

    key = models.CharField(max_length=64, primary_key=True)
    tries = models.PositiveIntegerField()
    began_at = models.DateTimeField(db_index=True)
