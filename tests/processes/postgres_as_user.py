"""Run by test_embedded_postgres as another user, with the data directory as its only argument."""

import contextlib
import os
import pathlib
import sys

import psutil
import psycopg

from aime_project.processes.embedded_postgres import EmbeddedPostgres

server = EmbeddedPostgres(pathlib.Path(sys.argv[1]) / "data")
server.start()
with psycopg.connect(server.conninfo) as connection:
    connection.execute("CREATE TABLE kept AS SELECT 1 AS number")
    print(connection.execute("SELECT count(*) FROM kept").fetchone()[0])
for process in [psutil.Process(server.pid), *psutil.Process(server.pid).children()]:
    with contextlib.suppress(psutil.NoSuchProcess):  # the children follow their server
        process.kill()
while server.poll() is None:
    pass
server.start()
with psycopg.connect(server.conninfo) as connection:
    print(connection.execute("SELECT count(*) FROM kept").fetchone()[0])
print(psutil.Process(server.pid).uids().real)
print(os.stat(server.address.socket_dir).st_uid)
server.stop()
