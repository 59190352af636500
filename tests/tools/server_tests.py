"""Run the engine's tests a second time on a PostgreSQL server, where one answers: DATABASE_URL, else 127.0.0.1:5432."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parents[2]
USUAL = [f"postgresql://{who}@127.0.0.1:5432/postgres" for who in ("postgres:postgres", "postgres", "aime:aime")]
OLDEST = 150000
TESTS = ["tests/spaces", "tests/workflows", "tests/runs"]


def main() -> None:
    """Find a server, run pytest on it."""
    given = os.environ.get("DATABASE_URL")
    url = next((candidate for candidate in ([given] if given else USUAL) if answers(candidate)), None)
    if url is None:
        print("*" * 78)
        print("  second engine run: skipped: no server (no PostgreSQL 15+ at DATABASE_URL or 127.0.0.1:5432)")
        print("*" * 78, flush=True)
        if given:
            sys.exit("second engine run: DATABASE_URL is set, but no PostgreSQL 15+ answers there.")
        return
    tests = [name for name in TESTS if (ROOT / name).is_dir()]
    command = [sys.executable, "-m", "pytest", "-q", *tests, *sys.argv[1:]]
    sys.exit(subprocess.run(command, cwd=ROOT, check=False, env={**os.environ, "DATABASE_URL": url}).returncode)


def answers(url: str) -> bool:
    """Say whether a new enough PostgreSQL lets us in."""
    try:
        with psycopg.connect(url, connect_timeout=3) as connection:
            return connection.info.server_version >= OLDEST
    except psycopg.Error:
        return False


if __name__ == "__main__":
    main()
