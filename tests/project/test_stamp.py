"""`{% stamp %}` gives what `{% for %}` gives, and says where it cannot."""

from dataclasses import dataclass

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
