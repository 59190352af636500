"""The gallery of components, in DEBUG only."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe


class SampleForm(forms.Form):
    """One field of each look."""

    name = forms.CharField(help_text="Shown on the card.", widget=forms.TextInput({"class": "input"}))
    text = forms.CharField(required=False, widget=forms.Textarea({"class": "input input--area", "rows": 4}))


@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    """Show every component with its parameters."""
    context: dict[str, Any] = {
        "form": SampleForm({"name": "", "text": "需求分析"}),
        "now": timezone.now(),
        "tones": ["ok", "ok", "work", "person", "clock", "bad", "off", ""],
        "prose": "# Design\n\nA **short** text with `code`, a [link](https://example.org) and\n\n- one\n- two\n\n"
        "```python\nprint('𠮷野家')\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n",
    }
    return render(request, "components/gallery.html", context)
