"""How fast a backfill fills a column, and what the application feels of a throttled one.

Each way fills the same column of a table of its own, just made: one plain UPDATE over the whole table, batches as
pgroll asks for them, and `switchyard migration apply --phase backfill`, whose time is the whole command's. Ways are
interleaved, round by round. Whether the speed stays the same with the size is judged without the command's start, which
weighs most on the smallest table. Then pgbench runs alone and beside a throttled backfill of another table, in pairs of
which every other one begins with the backfill.
"""
import argparse
import time

from instruments.migrations import Migrations
from instruments.postgres import Clients, Postgres, Session, initialize_pgbench, p95
from instruments.result import Result, p50, temporary_folder

SIZES = [100_000, 300_000, 1_000_000]
PGROLL_BATCH = 1_000
LEAST_OF_PLAIN = 0.4
LEAST_FLATNESS = 0.85
MOST_OF_P95 = 1.3
PLAIN, PGROLL, OURS = "one UPDATE", "pgroll's batches", "`switchyard migration apply`"
OURS_WITHOUT_START = "— without the command's start"


def main(arguments, path):
    parser = argparse.ArgumentParser(prog="Benchmarks/run backfill", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=20, help="length of a pair's half")
    parser.add_argument("--share", type=int, default=10, help="percent of the time in which the throttled one works")
    parser.add_argument("--rate", type=int, default=200, help="pgbench's transactions per second")
    parser.add_argument("--quick", action="store_true", help="1 round of the smaller sizes, 1 short pair, no result")
    options = parser.parse_args(arguments)
    options.sizes, options.throttled_rows = SIZES, 10_000_000
    if options.quick:
        options.sizes, options.throttled_rows = SIZES[:2], 500_000
        options.rounds, options.pairs, options.seconds = 1, 1, 5
    with temporary_folder() as folder:
        server = Postgres(folder)
        try:
            bench = Bench(folder, server, options)
            speeds = bench.speeds()
            pairs = bench.pairs()
            facts = server.facts()
        finally:
            server.stop()
    report(speeds, pairs, facts, options).publish(path, options.quick)


class Bench:
    def __init__(self, folder, server, options):
        self.folder, self.server, self.options = folder, server, options
        self.migrations, self.number = Migrations(folder, server), 0

    def speeds(self):
        """Rows per second of each round, by way and size."""
        ways = {PLAIN: self.plain, PGROLL: self.pgroll, OURS: self.switchyard}
        found = {name: {size: [] for size in self.options.sizes} for name in [*ways, OURS_WITHOUT_START]}
        # The first of all pays for cold files and for the tables of the history: it is not counted.
        for fill in ways.values():
            self.seconds(fill, self.options.sizes[0])
        for number in range(self.options.rounds):
            for size in self.options.sizes:
                for name, fill in ways.items():
                    found[name][size].append(size / self.seconds(fill, size))
                    if name == OURS:
                        found[OURS_WITHOUT_START][size].append(size / self.migrations.last_seconds())
                    said = f"{name}, {size:,} rows: {found[name][size][-1]:,.0f} rows/s"
                    print(f"round {number + 1}/{self.options.rounds}: {said}", flush=True)
        return found

    def seconds(self, fill, size):
        table = self.make_table(size)
        began = time.monotonic()
        fill(table)
        taken = time.monotonic() - began
        self.drop_filled(table)
        return taken

    def make_table(self, rows):
        self.number += 1
        table = f"vehicles_{self.number}"
        self.server.run(
            f"CREATE TABLE {table} (id bigint PRIMARY KEY, type_code text NOT NULL, plate text NOT NULL,"
            " notes text NOT NULL, equipment_type text)",
            f"INSERT INTO {table} SELECT id, (ARRAY['VAN','FLATBED','REEFER'])[1 + id % 3], 'PLATE ' || id,"
            f" repeat('x', 80) FROM generate_series(1, {rows}) id",
            f"VACUUM ANALYZE {table}")
        self.server.settle()
        return table

    def drop_filled(self, table):
        missing = self.server.run(f"SELECT count(*) FROM {table} WHERE equipment_type IS DISTINCT FROM type_code")
        if missing != "0":
            raise SystemExit(f"{missing} rows of {table} were not filled.")
        self.server.run(f"DROP TABLE {table}")

    def plain(self, table):
        self.server.run(f"UPDATE {table} SET equipment_type = type_code")

    def pgroll(self, table):
        """Its batches by keyset, locked in a common table expression that the update joins, without its trigger."""
        last = None
        with Session(self.server) as session:
            while True:
                after = "" if last is None else f"WHERE id > '{last}'"
                answer = session.ask(
                    f"WITH batch AS (SELECT id FROM {table} {after} ORDER BY id LIMIT {PGROLL_BATCH}"
                    f" FOR NO KEY UPDATE), filled AS (UPDATE {table} SET equipment_type = type_code FROM batch"
                    f" WHERE {table}.id = batch.id RETURNING {table}.id) SELECT max(id) FROM filled")
                if answer == [""]:
                    return
                last = int(answer[0])

    def switchyard(self, table):
        self.add_backfill(table)
        self.migrations.apply("backfill")

    def add_backfill(self, table):
        self.migrations.add(
            f"fill_{table}",
            backfill=f"-- key: {table}.id\nUPDATE {table} SET equipment_type = type_code WHERE id BETWEEN $1 AND $2;")

    def pairs(self):
        """p95 of pgbench's transactions in milliseconds, without and with a backfill beside them."""
        initialize_pgbench(self.server, scale=20)
        self.add_backfill(self.make_table(self.options.throttled_rows))
        found = []
        for number in range(self.options.pairs):
            # What changes with time, such as the cache, is in favour of neither.
            if number % 2 == 0:
                without = self.transactions(f"without-{number}")
                beside = self.beside_backfill(number)
            else:
                beside = self.beside_backfill(number)
                without = self.transactions(f"without-{number}")
            found.append((without, beside))
            said = f"p95 {without:.2f} ms, beside it {beside:.2f} ms"
            print(f"pair {number + 1}/{self.options.pairs}: {said}", flush=True)
        return found

    def beside_backfill(self, number):
        """The backfill is interrupted after each pair; it continues in the next one."""
        backfill = self.migrations.begin("backfill", f"--share={self.options.share}")
        try:
            value = self.transactions(f"beside-{number}")
            if backfill.poll() is not None:
                raise SystemExit(f"The backfill did not last as long as pgbench: {backfill.stderr.read()[-1000:]}")
            return value
        finally:
            backfill.terminate()
            backfill.wait(30)

    def transactions(self, name):
        clients = Clients(
            self.server, f"{self.folder}/{name}", clients=4, seconds=self.options.seconds, rate=self.options.rate)
        try:
            return p95(clients.milliseconds())
        finally:
            clients.stop()


def report(speeds, pairs, facts, options):
    result = Result("Backfill: its speed, and what the application feels of it")
    result.note(facts)
    result.note(f"Medians of {options.rounds} rounds; the time of Switchyard is the whole command's")
    result.note(f"pgroll's batches: its statement with {PGROLL_BATCH:,} rows, re-created without trigger and progress")
    result.note(
        f"pgbench: its own transactions, 4 clients, {options.rate} a second, open loop; {options.pairs} pairs of"
        f" {options.seconds} s, the backfill with `--share {options.share}`")
    medians = {name: {size: p50(values) for size, values in sizes.items()} for name, sizes in speeds.items()}
    for size in options.sizes:
        result.at_least(
            f"speed of one UPDATE that it reaches, {size:,} rows", medians[OURS][size] / medians[PLAIN][size],
            LEAST_OF_PLAIN, form="{:.2f}")
    ours = list(medians[OURS_WITHOUT_START].values())
    result.at_least(
        f"slowest by fastest size, from {options.sizes[0]:,} to {options.sizes[-1]:,} rows", min(ours) / max(ours),
        LEAST_FLATNESS, form="{:.2f}")
    ratio = p50([beside / without for without, beside in pairs])
    result.at_most(f"p95 of pgbench beside it by alone, p50 of {len(pairs)}", ratio, MOST_OF_P95, form="{:.2f}")
    result.add("p95 alone, p50", p50([without for without, _ in pairs]), "ms", form="{:.2f}")
    result.add("p95 beside it, p50", p50([beside for _, beside in pairs]), "ms", form="{:.2f}")
    result.compare(
        ["rows a second", *(f"{size:,} rows" for size in options.sizes)],
        [[name, *(f"{value:,.0f}" for value in sizes.values())] for name, sizes in medians.items()],
        "Rows a second by the size of the table.")
    return result
