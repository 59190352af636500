"""`python -m tests.bench [ROW…]`: measure the rows whose names begin so, all by default; `--tiny` only tries it out.

Prints a table and writes build/bench.json (`--json` elsewhere). Ends with 1 where something was not delivered or did
not happen, never because a figure is over its target. Stops everything it started, also on Ctrl-C.
"""

import argparse
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from tests.bench.rows import TARGETS, table, write_json

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = "tests.bench.settings"


def main() -> int:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measure Aime against its targets.")
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"beginnings of: {' '.join(TARGETS)}")
    parser.add_argument("--tiny", action="store_true", help="small sizes, to try the machinery out")
    parser.add_argument("--json", type=Path, default=ROOT / "build" / "bench.json", help="where the figures are kept")
    options = parser.parse_args()
    wanted = [row for row in TARGETS if not options.rows or row.startswith(tuple(options.rows))]
    if not wanted:
        parser.error(f"no row begins with {' or '.join(options.rows)}; rows: {' '.join(TARGETS)}")
    interrupts: list[int] = []

    def interrupt(number: int, _frame: object) -> None:
        interrupts.append(number)
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupt)
    data_dir = Path(tempfile.mkdtemp(prefix="aime-bench-"))
    try:
        configure(data_dir)
        from tests.bench.course import measure

        values = measure(wanted, data_dir, tiny=options.tiny)
        if interrupts:  # one that met a destructor was forgotten there
            raise KeyboardInterrupt
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the rest is only tidying up
        remove_data_dir(data_dir)
    write_json(values, options.json)
    print(f"\n{table(values)}\n\nload average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; kept: {options.json}")
    return 0


def configure(data_dir: Path) -> None:
    """Set this process up as a shell of that installation, and nothing that the operator's shell says."""
    for name in [name for name in os.environ if name.startswith(("AIME_", "OPENAI_")) or name == "DATABASE_URL"]:
        del os.environ[name]
    os.environ |= {"DJANGO_SETTINGS_MODULE": SETTINGS, "AIME_DATA_DIR": str(data_dir), "AIME_HTTPS": "0"}
    os.environ["AIME_EMBEDDED_MODEL"] = "none"
    import django

    django.setup()


def remove_data_dir(directory: Path) -> None:
    """Remove it with everything that the database kept elsewhere."""
    from aime_project import data_dir as places

    for path in (places.postgres_socket_dir(directory), places.postgres_home(directory), directory):
        shutil.rmtree(path, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
