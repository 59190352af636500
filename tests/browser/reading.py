"""What a page shows of a conversation, compared character by character with what the database has.

A sample takes the texts of the page first and those of the database after it: what the page shows is never ahead and
never wrong. A message that has ended is shown as Markdown; then the page holds what the server renders of its text.
"""

import random
import time
from dataclasses import dataclass, field

from playwright.sync_api import Error, Page

from aime_project.templatetags.ui import markdown as to_html
from tests.browser.conftest import Site
from tests.processes.queue_harness import wait_until

# Text so far of every message of a run: its own, or while it streams its deltas.
TEXTS = """
SELECT m.public_id, m.status, m.role, CASE WHEN m.status = 'streaming' THEN COALESCE(
    (SELECT string_agg(d.text, '' ORDER BY d.seq) FROM runs_messagedelta d WHERE d.message_id = m.id), '')
    ELSE m.text END
FROM runs_message m JOIN runs_noderun n ON n.id = m.node_run_id WHERE n.run_id = %s ORDER BY m.ordinal
"""
# message id → [status, text or null, visible text]; a streaming body holds one text node and nothing else.
SHOWN = """
() => Object.fromEntries([...document.querySelectorAll('.message__body')].map((body) => {
  const { message, status } = body.dataset;
  return [message, { status, text: body.textContent, elements: body.childElementCount, html: body.innerHTML }];
}))
"""
AS_PAGE_HAS_IT = "(html) => { const t = document.createElement('template'); t.innerHTML = html; return t.innerHTML; }"


def story(tokens: int) -> str:
    """So many tokens, with everything that is longer in one count than in another."""
    rng = random.Random(20)
    words = [
        "𠮷野家",
        "👩‍💻",
        "e\u0301t\u0101\u0304",
        "你好世界",
        "🏳️‍🌈",
        "needs",
        "plan",
        "**bold**",
        "`x<y`",
        "&amp;",
        "需求",
        "<b>",
    ]
    return " ".join([*(f"{rng.choice(words)}{number % 7}" for number in range(tokens - 1)), "end."])


@dataclass
class Reader:
    """Compares a page with the database."""

    page: Page
    site: Site
    run_id: int
    samples: list[int] = field(default_factory=list)  # length shown of the longest streaming message
    rng: random.Random = field(default_factory=lambda: random.Random(7))

    def sample(self) -> None:
        """Look once; a page that is just being loaded is no moment."""
        try:
            shown = self.page.evaluate(SHOWN)
        except Error:
            return
        if not any(body["status"] == "streaming" for body in shown.values()):
            return
        kept = {row[0]: row for row in self.site.database.patient_rows(TEXTS, (self.run_id,), timeout_s=120)}
        for message, body in shown.items():
            _id, _status, _role, text = kept[message]
            if body["status"] == "streaming":
                assert body["elements"] == 0
                assert text.startswith(body["text"]), f"{message}: …{body['text'][-60:]!r} is no prefix"
            else:
                self.assert_same(message, body, text)
        self.samples.append(max(len(body["text"]) for body in shown.values() if body["status"] == "streaming"))

    def assert_same(self, message: str, body: dict[str, str], text: str) -> None:
        """A person's words are shown as they are, all else as the server renders it."""
        same = body["text"] == text or body["html"] == self.page.evaluate(AS_PAGE_HAS_IT, to_html(text))
        assert same, f"{message} is not shown as the database has it"

    def read_until(self, share: float, story: str) -> None:
        """Sample at random moments until so much of the present answer is in the database."""

        def come() -> bool:
            self.page.wait_for_timeout(self.rng.uniform(100, 900))
            self.sample()
            texts = self.site.database.patient_rows(TEXTS, (self.run_id,), timeout_s=120)
            return any(s in ("streaming", "complete") and r == "assistant" and len(t) >= share * len(story)
                       for _id, s, r, t in texts)  # fmt: skip

        assert wait_until(come, 300), f"the answer does not grow to {share:.0%}"

    def shown_length(self) -> int:
        shown = self.page.evaluate(SHOWN)
        return max((len(body["text"]) for body in shown.values() if body["status"] == "streaming"), default=0)

    def goes_on(self, after: str) -> None:
        """The page itself shows more than before, without being touched."""
        before, began = self.shown_length(), time.monotonic()
        while self.shown_length() <= before:
            assert time.monotonic() - began < 120, f"the page stands still after: {after}"
            self.page.wait_for_timeout(100)
        print(f"  after {after}: more text after {time.monotonic() - began:.1f} s", flush=True)
