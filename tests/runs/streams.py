"""A streaming message written as a host writes it (the real ticker's statement), for tests of what watches it."""

from dataclasses import dataclass

from asgiref.sync import sync_to_async
from django.db import connection

from runs.models import Attempt, Message, NodeRun, Run
from runs.states import MessageStatus
from runs.ticker import Piece, write
from runs.transitions.ledger import open_run


@dataclass
class Stream:
    """One agent message of a run that grows. `text`: everything written so far."""

    run_id: int
    message_id: int
    public_id: str
    attempt_id: int
    text: str = ""

    def write(self, *texts: str, notify: bool = True) -> None:
        """Write pieces, one delta each."""
        for text in texts:
            piece = Piece(self.message_id, self.run_id, len(self.text), text)
            if notify:
                write([piece])
            else:  # as if the notification had been lost
                with connection.cursor() as cursor:
                    cursor.execute("SELECT count(*) FROM pg_listening_channels()")
                    cursor.execute(SILENT, [self.run_id, self.run_id, self.message_id, piece.start, text])
            self.text += text

    def finish(self) -> None:
        """End the message: its deltas become its text."""
        with open_run(self.run_id) as ledger:
            ledger.close_message_of(self.attempt_id, MessageStatus.COMPLETE)

    async def awrite(self, *texts: str, notify: bool = True) -> None:
        await sync_to_async(self.write)(*texts, notify=notify)

    async def afinish(self) -> None:
        await sync_to_async(self.finish)()


SILENT = """
WITH number AS (UPDATE runs_runsequence SET seq = seq + 1 WHERE run_id = %s RETURNING seq)
INSERT INTO runs_messagedelta (run_id, seq, message_id, "offset", text) SELECT %s, seq, %s, %s, %s FROM number
"""


def start_stream(run: Run, key: str = "a") -> Stream:
    """Begin an agent's message in a node."""
    node_run = NodeRun.objects.get(run=run, key=key, is_latest=True)
    attempt = Attempt.objects.filter(node_run=node_run).latest("number")
    message = Message.objects.create(
        node_run=node_run,
        ordinal=node_run.messages.count() + 1,
        role="assistant",
        attempt=attempt,
        status=MessageStatus.STREAMING,
    )
    return Stream(run.pk, message.pk, message.public_id, attempt.pk)
