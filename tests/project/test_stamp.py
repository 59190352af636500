"""`{% stamp %}` gives what `{% for %}` gives, and says where it cannot."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.template import Context, Engine, TemplateSyntaxError

ENGINE = Engine(
    libraries={"stamp": "aime_project.templatetags.stamp", "ui": "aime_project.templatetags.ui"},
)


@dataclass(frozen=True)
class Kind:
    word: str


@dataclass(frozen=True)
class Row:
    title: str
    tokens: int = 0
    kind: Kind = Kind("plain")
    note: str = ""


ROWS = [
    Row("first", 1234, Kind("a"), "<b>said</b>"),
    Row("<script>alert('&')</script>"),
    Row("{{ row.kind }} {% x %} %s {0}", 0, Kind("发票"), "𠮷"),
    Row("\x0112\x01\x02 marks \x000\x00", 7, Kind("\x000\x00"), "\x02"),
]
BLOCK = """<td id="{{ row.title }}">{{ word }} {{ row.kind.word }} {{ row.tokens|compact }}
{% given row.note %}<i>{{ row.note|upper }}{% given row.tokens %} ({{ row.tokens }}){% endgiven %}</i>
{% endgiven %}{% if word %}{{ row.tokens }}{% else %}{{ row.title }}{% endif %}</td>"""


def rendered(text: str, rows: list[Row]) -> str:
    source = ENGINE.from_string("{% load stamp ui %}" + text)
    return str(source.render(Context({"rows": rows, "word": "<w>"})))


@pytest.mark.parametrize("count", range(len(ROWS) + 1))
def test_stamp_gives_what_a_for_gives(count: int) -> None:
    loop = BLOCK.replace("given", "if")
    expected = rendered("{% for row in rows %}" + loop + "{% endfor %}", ROWS[:count])
    assert rendered("{% stamp row in rows %}" + BLOCK + "{% endstamp %}", ROWS[:count]) == expected
    assert "<script>" not in expected


PART = "{% load stamp %}<i>{{ row.title }}{{ word }}{{ rows }}{{ given }}{% given row.note %}!{% endgiven %}</i>"


def test_part_is_put_in_with_what_it_is_given_alone(settings: Any) -> None:
    loaders = [("django.template.loaders.locmem.Loader", {"part.html": PART})]
    backend = "django.template.backends.django.DjangoTemplates"
    settings.TEMPLATES = [{"BACKEND": backend, "OPTIONS": {"loaders": loaders}}]
    block = '{{ row.tokens }}{% include "part.html" with row=row given=word only %}'
    made = rendered("{% stamp row in rows %}" + block + "{% endstamp %}", ROWS[:2])
    assert made == ("1234<i>first&lt;w&gt;!</i>0<i>&lt;script&gt;alert(&#x27;&amp;&#x27;)&lt;/script&gt;&lt;w&gt;</i>")


def test_attribute_that_rows_do_not_have_is_an_error() -> None:
    with pytest.raises(AttributeError, match="titel"):
        rendered("{% stamp row in rows %}{{ row.titel }}{% endstamp %}", ROWS)


@pytest.mark.parametrize(
    "text",
    [
        "{% stamp row rows %}{% endstamp %}",
        "{% stamp row in rows %}{{ row }}{% endstamp %}",
        "{% stamp row in rows %}{% given word %}x{% endgiven %}{% endstamp %}",
        "{% stamp row in rows %}{% given row.note and row.title %}x{% endgiven %}{% endstamp %}",
    ],
)
def test_what_it_cannot_do_is_refused(text: str) -> None:
    with pytest.raises(TemplateSyntaxError):
        rendered(text, ROWS)
