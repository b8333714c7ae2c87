"""A newer Switchyard takes over under load, and `status` with a long past: what daily life feels like."""
import argparse
import json
import os
import signal
import sqlite3
import subprocess
import time

from instruments import driver
from instruments.result import Result, add_clients_side, p50, temporary_folder
from instruments.stage import HOST, PAGES, Stage

PAST = 1000
# Answers that clients get before the first upgrade, after each and after the last.
BETWEEN = 1000
# What the first step of Sources/Store/Schema.swift makes.
FIRST_TABLES = ("deployment", "journal", "lease", "grdb_migrations")


def main(arguments, path):
    parser = argparse.ArgumentParser(prog="Benchmarks/run upgrade", description=__doc__)
    parser.add_argument("--upgrades", type=int, default=5)
    parser.add_argument("--rate", type=int, default=200, help="requests per second meanwhile")
    parser.add_argument("--quick", action="store_true", help="1 upgrade, no result file")
    options = parser.parse_args(arguments)
    if options.quick:
        options.upgrades = 1
    result = Result("Upgrading Switchyard, and a long past")
    with temporary_folder() as folder:
        stage = Stage(folder)
        try:
            stage.start()
            measure(stage, options, result)
        finally:
            stage.clear()
    result.publish(path, options.quick)


def measure(stage, options, result):
    stage.add_releases("1.0.0", "1.1.0")
    stage.deploy("1.0.0")
    stage.deploy("1.1.0")
    load = driver.Load(stage.url, HOST, PAGES, options.rate)
    away = []
    for number in range(1, options.upgrades + 1):
        load.wait_for(lambda report: report["answered"] > number * BETWEEN, f"{BETWEEN} answers more")
        away.append(upgrade(stage))
    # What the new process does after its first answer may be felt, too.
    load.wait_for(lambda report: report["answered"] > (options.upgrades + 1) * BETWEEN, f"{BETWEEN} answers more")
    seen = load.end()
    end(stage)
    lengthen_past(stage.state / "switchyard.sqlite", PAST)
    stage.start()
    status = [seconds_of(stage, "status") for _ in range(20)]
    history = [seconds_of(stage, "history") for _ in range(20)]

    result.at_most(f"control plane away during an upgrade, p50 of {len(away)}", p50(away), 2, "s", "{:.3f}")
    result.at_most("the same, longest", max(away), 2, "s", "{:.3f}")
    add_clients_side(result, seen)
    result.at_most(f"`status` with {PAST:,} past deployments, p50 of {len(status)}", p50(status), 0.1, "s", "{:.3f}")
    result.at_most("the same, longest", max(status), 0.1, "s", "{:.3f}")
    result.add("`history` with them, p50", p50(history), "s", form="{:.3f}")
    result.note("Away: from SIGTERM until the next process's `/health` answers 200; its state was made one of the first "
                "format before, so that it is copied and migrated each time")
    result.note(f"{options.rate} requests a second on FreightOps behind HAProxy during the upgrades")
    result.note("Times of commands: whole processes, from start to end")


def upgrade(stage):
    """Ends the control plane and starts the next; answers the seconds in between, without those of the preparation."""
    began = time.monotonic()
    end(stage)
    ended = time.monotonic() - began
    kept = stage.state / "switchyard.sqlite.schema-1"
    kept.unlink(missing_ok=True)
    make_older(stage.state)
    started = stage.start()
    # A state that could not be migrated answers `/health` just as fast.
    seconds_of(stage, "history")
    if not kept.exists():
        raise SystemExit(f"The upgrade copied no older database to {kept}.")
    return ended + started


def make_older(state):
    """Undoes in the state what separates the current format from the first one."""
    with sqlite3.connect(state / "switchyard.sqlite") as database:
        tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        for (table,) in tables.fetchall():
            if table not in FIRST_TABLES:
                database.execute(f'DROP TABLE "{table}"')
        database.execute("DELETE FROM grdb_migrations WHERE identifier NOT LIKE '1:%'")
    (state / "format.json").unlink()


def end(stage):
    os.kill(stage.control_plane.pid, signal.SIGTERM)
    stage.control_plane.wait(30)


def lengthen_past(path, count):
    """Repeats the last deployment that is there, with its journal, until there are `count`."""
    with sqlite3.connect(path) as database:
        last, environment, body = database.execute(
            "SELECT id, environment, body FROM deployment ORDER BY id DESC LIMIT 1").fetchone()
        journal = database.execute("SELECT sequence, body FROM journal WHERE deployment = ?", (last,)).fetchall()
        for number in range(last + 1, count + 1):
            database.execute(
                "INSERT INTO deployment (id, environment, body) VALUES (?, ?, ?)",
                (number, environment, renumbered(body, "id", number)))
            database.executemany(
                "INSERT INTO journal (deployment, sequence, body) VALUES (?, ?, ?)",
                [(number, sequence, renumbered(entry, "deployment", number)) for sequence, entry in journal])


def renumbered(body, key, number):
    fields = json.loads(body)
    if key not in fields:
        raise SystemExit(f"A stored body has no '{key}'.")
    fields[key] = number
    return json.dumps(fields).encode()


def seconds_of(stage, command):
    began = time.monotonic()
    subprocess.run(
        [driver.binary("switchyard"), command, f"--state={stage.state}"], stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, check=True, timeout=30)
    return time.monotonic() - began
