"""The audit log: how many entries become durable a second, and how fast they are verified.

Switchyard's log and a table of PostgreSQL take the same number of clients, each of which waits until its entry is
durable, on the same disk. The table proves nothing to anybody; it is what an audit log usually is.
"""
import argparse
import pathlib
import statistics

from instruments import driver
from instruments.postgres import Clients, Postgres
from instruments.result import Result, temporary_folder

TABLE = """
CREATE TABLE entries (seq bigserial PRIMARY KEY, at timestamptz NOT NULL DEFAULT now(), actor text NOT NULL,
    action text NOT NULL, details jsonb NOT NULL)
"""
INSERT = """
INSERT INTO entries (actor, action, details) VALUES ('person-7', 'release.upload',
    jsonb_build_object('target', 'freightops@1.4.0', 'plan', repeat('6f1c0a4c', 8), 'rest', repeat('x', 250)));
"""


def main(arguments, path):
    parser = argparse.ArgumentParser(prog="Benchmarks/run audit", description=__doc__)
    parser.add_argument("--entries", type=int, default=200_000, help="recorded in a round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--verified", type=int, default=1_000_000, help="entries of the log that is verified")
    parser.add_argument("--writers", type=int, default=100)
    parser.add_argument("--quick", action="store_true", help="one short round, no result file")
    options = parser.parse_args(arguments)
    if options.quick:
        options.entries, options.rounds, options.verified = 10_000, 1, 20_000
    result = Result("The audit log")
    recording(result, options)
    verifying(result, options)
    driver.note_binaries(result)
    result.publish(path, options.quick)


def recording(result, options):
    rounds, table = [], []
    for _ in range(options.rounds):
        with temporary_folder() as folder:
            rounds.append(record(folder, options.entries, options.writers))
        table.append(into_table(options))
    rate = statistics.median(run["entries"] / run["seconds"] for run in rounds)
    result.at_least(
        f"durable entries a second, {options.writers} writers", rate, 2_000, form="{:,.0f}")
    for quantile in ("p50", "p99"):
        result.add(
            f"— one of them, {quantile}", statistics.median(run[f"{quantile}Milliseconds"] for run in rounds), "ms",
            form="{:.1f}")
    with temporary_folder() as folder:
        alone = record(folder, max(options.entries // 100, 200), 1)
    result.add("the same, one writer", alone["entries"] / alone["seconds"], form="{:,.0f}")
    result.add("bytes on disk an entry", rounds[0]["bytes"] / rounds[0]["entries"])
    result.add(
        f"rows a second into a table of PostgreSQL, {table_clients(options)} clients", statistics.median(table),
        form="{:,.0f}")


def record(folder, entries, writers):
    return driver.run("audit", "record", f"--folder={folder}", f"--entries={entries}", f"--writers={writers}")


def into_table(options):
    seconds = 2 if options.quick else 10
    with temporary_folder() as folder:
        server = Postgres(folder)
        try:
            server.run(TABLE)
            clients = Clients(server, pathlib.Path(folder) / "clients", table_clients(options), seconds, script=INSERT)
            return len(clients.milliseconds()) / seconds
        finally:
            server.stop()


def table_clients(options):
    """PostgreSQL takes 100 connections unless it is told otherwise."""
    return min(options.writers, 95)


def verifying(result, options):
    with temporary_folder() as folder:
        record(folder, options.verified, 2_000)
        rounds = [driver.run("audit", "verify", f"--folder={folder}") for _ in range(options.rounds)]
    result.at_least(
        f"entries verified a second, of {options.verified:,}",
        statistics.median(run["entries"] / run["seconds"] for run in rounds), 200_000, form="{:,.0f}")
    result.at_most("findings in it", max(run["findings"] for run in rounds), 0)
