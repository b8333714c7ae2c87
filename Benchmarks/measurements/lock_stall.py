"""What the application feels while a schema change waits for its lock.

A transaction holds a hot table for some seconds, as a forgotten report does: no query of the application minds it, but
an ALTER TABLE does, and whoever comes while that stands in the queue stands behind it. Four clients read and four
write at a fixed rate; a column is added in each of several ways, one after the other in every round.
"""
import argparse
import dataclasses
import threading
import time

from instruments.load import quantile
from instruments.migrations import Migrations
from instruments.postgres import Clients, Postgres, Session
from instruments.result import Result, p50, temporary_folder

ROWS = 100_000
READ = f"\\set id random(1, {ROWS})\nSELECT value FROM hot WHERE id = :id;\n"
WRITE = f"\\set id random(1, {ROWS})\nUPDATE hot SET value = value + 1 WHERE id = :id;\n"
MOST_MILLISECONDS = 50
# Clients go on for so long after the blocker has left; who then hasn't got the lock is late for everybody.
LATEST_SECONDS = 3
HEAD = ["", "longest", "p99.9", "over 100 ms", "done after the blocker left"]
SATURATED_HEAD = ["", "got through", "after, p50", "after, the longest"]


@dataclasses.dataclass
class Peer:
    """A way to add a column with psql: the statement, tried again after a pause until the server takes it."""
    milliseconds: int
    pause_seconds: float = 0
    uses_nowait: bool = False

    def add_column(self, bench, column):
        """Answers whether it got through."""
        statement = f"ALTER TABLE hot ADD COLUMN {column} text"
        if self.uses_nowait:
            lock = "LOCK TABLE hot IN ACCESS EXCLUSIVE MODE NOWAIT"
            statement = f"DO $$ BEGIN {lock}; {statement}; END $$"
        with Session(bench.server) as session:
            session.ask(f"SET lock_timeout = {self.milliseconds}")
            deadline = time.monotonic() + bench.patience
            while time.monotonic() < deadline:
                answer = session.ask(statement)
                if not answer:
                    return True
                if not any("could not obtain lock" in line or "lock timeout" in line for line in answer):
                    raise SystemExit(f"ALTER TABLE failed: {answer}")
                time.sleep(self.pause_seconds)
        return False


class Nobody:
    """How long the clients take on this machine when nothing happens."""

    def add_column(self, bench, column):
        time.sleep(bench.hold)
        return True


class Switchyard:
    def add_column(self, bench, column):
        bench.migrations.add(column, expand=f"ALTER TABLE hot ADD COLUMN {column} text;")
        bench.migrations.apply("expand", f"--patience={bench.patience}")
        return True


OURS = "`switchyard migration apply`"
WAYS = {
    "no change at all": Nobody(),
    "plain ALTER": Peer(milliseconds=0),
    "lock_timeout 2 s, again at once": Peer(milliseconds=2000),
    "lock_timeout 500 ms, again after 1 s (pgroll's default)": Peer(milliseconds=500, pause_seconds=1),
    "lock_timeout 50 ms, again after 50 ms": Peer(milliseconds=50, pause_seconds=0.05),
    "NOWAIT, again after 5 ms": Peer(milliseconds=0, pause_seconds=0.005, uses_nowait=True),
    OURS: Switchyard(),
}
SATURATED_WAYS = {name: WAYS[name] for name in ("NOWAIT, again after 5 ms", OURS)}


def main(arguments, path):
    parser = argparse.ArgumentParser(prog="Benchmarks/run lock-stall", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rate", type=int, default=200, help="transactions per second of the readers, of the writers")
    parser.add_argument("--hold", type=int, default=6, help="seconds for which the blocker holds the table")
    parser.add_argument("--quick", action="store_true", help="1 round, a blocker of 2 s, no result file")
    options = parser.parse_args(arguments)
    if options.quick:
        options.rounds, options.hold = 1, 2
    with temporary_folder() as folder:
        server = Postgres(folder)
        try:
            bench = Bench(folder, server, options)
            stalls = bench.rounds(WAYS, bench.stall)
            saturated = bench.rounds(SATURATED_WAYS, bench.saturate)
            facts = server.facts()
        finally:
            server.stop()
    report(stalls, saturated, facts, options).publish(path, options.quick)


@dataclasses.dataclass
class Stall:
    milliseconds: list
    seconds_after: float

    def __str__(self):
        return f"longest {self.milliseconds[-1]:.1f} ms, done {self.seconds_after:.2f} s after"


class Bench:
    def __init__(self, folder, server, options):
        self.folder, self.server, self.options = folder, server, options
        self.hold, self.patience = options.hold, options.hold + LATEST_SECONDS
        self.migrations, self.number = Migrations(folder, server), 0
        server.run(
            "CREATE TABLE hot (id integer PRIMARY KEY, value integer NOT NULL)",
            f"INSERT INTO hot SELECT id, 0 FROM generate_series(1, {ROWS}) id", "VACUUM ANALYZE hot")

    def rounds(self, ways, measure):
        found = {name: [] for name in ways}
        for number in range(self.options.rounds):
            for name, way in ways.items():
                self.number += 1
                # What the others added is a change by hand, which Switchyard would refuse to build upon.
                self.migrations.accept()
                self.server.settle()
                found[name].append(measure(way, f"added_{self.number}"))
                print(f"round {number + 1}/{self.options.rounds}: {name}: {found[name][-1]}", flush=True)
        return found

    def clients(self, count, script, name, rate=None):
        seconds = 1 + self.hold + LATEST_SECONDS
        return Clients(self.server, f"{self.folder}/{name}-{self.number}", count, seconds, script, rate)

    def stall(self, way, column):
        groups = [
            self.clients(4, READ, "readers", self.options.rate), self.clients(4, WRITE, "writers", self.options.rate)]
        try:
            time.sleep(1)
            with Session(self.server) as blocker:
                blocker.ask("BEGIN; LOCK TABLE hot IN ACCESS SHARE MODE")
                began = time.time()
                left = []

                def leave():
                    blocker.ask("COMMIT")
                    left.append(time.time())

                leaving = threading.Timer(self.hold, leave)
                leaving.start()
                try:
                    if not way.add_column(self, column):
                        raise SystemExit(f"The column was not added within {self.patience} s.")
                    done = time.time()
                finally:
                    leaving.join()
            milliseconds = sorted(value for group in groups for value in group.milliseconds(since=began))
            return Stall(milliseconds, done - left[0])
        finally:
            for group in groups:
                group.stop()

    def saturate(self, way, column):
        """Seconds until the column was there beside clients who never rest; None when it never was."""
        clients = self.clients(16, READ + WRITE, "saturating")
        try:
            time.sleep(1)
            began = time.monotonic()
            got_through = way.add_column(self, column)
            taken = time.monotonic() - began
            clients.milliseconds()
            return taken if got_through else None
        finally:
            clients.stop()


def report(stalls, saturated, facts, options):
    result = Result("What the application feels while a schema change waits for its lock")
    result.note(facts)
    result.note(f"4 clients that read and 4 that write, {options.rate} transactions a second each four, open loop")
    result.note(f"A transaction that has read the table and holds it for {options.hold} s; {options.rounds} rounds")
    result.note("Peers are their statement in a kept session; Switchyard is the whole command, its start included")
    all_of = {name: sorted(value for run in runs for value in run.milliseconds) for name, runs in stalls.items()}
    result.at_most("the longest that a client waited", all_of[OURS][-1], MOST_MILLISECONDS, "ms", "{:.1f}")
    ours = saturated[OURS]
    got_through = [taken for taken in ours if taken is not None]
    result.add(
        "rounds with 16 clients without rest in which it got through", len(got_through), target=f"all {len(ours)}",
        met=len(got_through) == len(ours))
    result.compare(
        HEAD,
        [[name, f"{values[-1]:.1f} ms", f"{quantile(values, 0.999):.1f} ms",
          f"{sum(value > 100 for value in values) / options.rounds:.0f}", done(stalls[name], name)]
         for name, values in all_of.items()],
        "With 8 clients; the count is of transactions a round, the last column is a median.")
    result.compare(SATURATED_HEAD, [row(name, runs) for name, runs in saturated.items()],
                   "With 16 clients that never rest, and no blocker.")
    return result


def done(runs, name):
    return "" if isinstance(WAYS[name], Nobody) else f"{p50([run.seconds_after for run in runs]):.2f} s"


def row(name, runs):
    taken = [seconds for seconds in runs if seconds is not None]
    times = [f"{p50(taken):.2f} s", f"{max(taken):.2f} s"] if taken else ["never", "never"]
    return [name, f"{len(taken)} of {len(runs)}", *times]
