"""How long a rehearsal of FreightOps takes on 1 GB, part by part, and how much memory it needs.

The database has the schema of FreightOps 1.0.0 and loads until it is as large as asked for. Rehearsed is what 1.1.0
brings (a column, a trigger, a backfill, their revert, the contraction), and a column of the largest table with its
revert, so that every row is read, written back and compared. The running release is known by the statements that it
sends. The part "running releases" belongs to deployments: a command has no release to start.
"""
import argparse
import json
import pathlib
import shutil
import subprocess
import time

from instruments import driver
from instruments.migrations import Migrations
from instruments.postgres import Postgres
from instruments.result import Result, p50, temporary_folder

FREIGHTOPS = pathlib.Path(__file__).resolve().parents[2] / "FreightOps" / "releases"
MOST_MEBIBYTES = 150
LOADS_AT_ONCE = 200_000
# As 1.0.0 sends them.
STATEMENTS = """
SELECT v.id, v.plate, v.type_code, l.id IS NULL AS is_free FROM vehicles v
    LEFT JOIN loads l ON l.vehicle_id = v.id AND l.status = 'dispatched' WHERE v.capacity_kilograms >= $1;
INSERT INTO vehicles (plate, type_code, capacity_kilograms) VALUES ($1, $2, $3);
SELECT id, customer_id, cargo, status FROM loads ORDER BY id DESC LIMIT $1 OFFSET $2;
INSERT INTO loads (customer_id, cargo, origin, destination, weight_kilograms, price_cents, pickup_at, deliver_by)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id;
UPDATE loads SET status = 'delivered', delivered_at = now() WHERE id = $1 AND status = 'dispatched';
SELECT sum(price_cents) FROM loads WHERE status = 'delivered';
"""


def main(arguments, path):
    parser = argparse.ArgumentParser(prog="Benchmarks/run rehearsal", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--megabytes", type=int, default=1_000, help="size of the database")
    parser.add_argument("--quick", action="store_true", help="1 round on 100 MB, no result")
    options = parser.parse_args(arguments)
    if options.quick:
        options.rounds, options.megabytes = 1, 100
    with temporary_folder() as folder:
        server = Postgres(folder)
        try:
            bench = Bench(folder, server)
            bench.fill(options.megabytes)
            rounds = [bench.rehearse(number + 1) for number in range(options.rounds)]
            facts, size = server.facts(), int(server.run("SELECT pg_database_size(current_database())"))
            loads = int(server.run("SELECT count(*) FROM loads"))
        finally:
            server.stop()
    report(rounds, facts, size, loads).publish(path, options.quick)


class Bench:
    def __init__(self, folder, server):
        self.folder, self.server = pathlib.Path(folder), server
        self.migrations = Migrations(folder, server)
        for release in ("1.0.0", "1.1.0"):
            for migration in (FREIGHTOPS / release / "migrations").iterdir():
                shutil.copytree(migration, self.migrations.folder / migration.name)
            if release == "1.0.0":
                self.migrations.apply("expand")
        self.migrations.add(
            "loads_eta", expand="ALTER TABLE loads ADD COLUMN eta timestamptz;",
            revert="ALTER TABLE loads DROP COLUMN eta;")
        self.statements = self.folder / "statements.sql"
        self.statements.write_text(STATEMENTS)

    def fill(self, megabytes):
        self.server.run(
            "INSERT INTO customers (name, city) SELECT 'Customer ' || n, 'Bremen' FROM generate_series(1, 100) n",
            "INSERT INTO vehicles (plate, type_code, capacity_kilograms) SELECT 'FO-' || n,"
            " (ARRAY['DRY','REF','FLT','TNK'])[1 + n % 4], 12000 FROM generate_series(1, 20000) n")
        while int(self.server.run("SELECT pg_database_size(current_database())")) < megabytes * 1_000_000:
            self.server.run(
                "INSERT INTO loads (customer_id, cargo, origin, destination, weight_kilograms, price_cents, pickup_at,"
                " deliver_by, idempotency_key) SELECT 1 + n % 100, 'Machine parts ' || n, 'Hamburg', 'Genoa', 12000,"
                " 100000 + n, now() - n * interval '1 min', now() + interval '1 day', gen_random_uuid()::text"
                f" FROM generate_series(1, {LOADS_AT_ONCE}) n")
        self.server.run("VACUUM ANALYZE")
        self.server.settle()

    def rehearse(self, number):
        """Seconds by part, and the most memory that the command itself had, in MiB."""
        command = [
            driver.binary("switchyard"), "migration", "rehearse", str(self.migrations.folder),
            f"--statements={self.statements}", f"--scratch={self.folder}", "--json"]
        began = time.monotonic()
        # Its output goes to a file: a pipe that nobody empties would hold it up.
        answer = self.folder / "answer.json"
        with open(answer, "wb") as output:
            process = subprocess.Popen(
                command, env=self.migrations.environment, stdin=subprocess.DEVNULL, stdout=output,
                stderr=subprocess.PIPE, text=True)
            peak = peak_mebibytes(process)
        seconds = time.monotonic() - began
        report = json.loads(answer.read_text())["rehearsal"]
        parts = {part["name"]: part["seconds"] for part in report["parts"]}
        if "way back" not in parts:
            raise SystemExit(f"The rehearsal did not come to its end: {process.stderr.read()[-1000:]}")
        said = ", ".join(f"{name} {value:.1f} s" for name, value in parts.items())
        print(f"round {number}: {seconds:.1f} s ({said}), {peak:.0f} MiB", flush=True)
        return {"parts": parts, "seconds": seconds, "peak": peak, "ways": report["wayBack"]}


def peak_mebibytes(process):
    """The most resident memory of a process, read until it ends; the kernel keeps the peak."""
    peak = 0
    while process.poll() is None:
        try:
            lines = pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines()
        except OSError:
            break
        peak = next((int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), peak)
        time.sleep(0.02)
    process.wait()
    return peak / 1024


def report(rounds, facts, size, loads):
    result = Result(f"Rehearsal of FreightOps at {size / 1e9:.2f} GB")
    result.note(facts)
    result.note(f"{loads:,} loads; medians of {len(rounds)} rounds; the clone is on a server of the rehearsal's own")
    ways = rounds[0]["ways"].items()
    result.note("Ways back: " + ", ".join(f"{name} {way['kind']}" for name, way in sorted(ways)))
    result.at_most("the command's own resident memory, the most", max(r["peak"] for r in rounds), MOST_MEBIBYTES, "MiB")
    result.add("the whole command", p50([r["seconds"] for r in rounds]), "s", form="{:.1f}")
    names = list(rounds[0]["parts"])
    result.compare(
        ["part", "seconds, p50"],
        [[name, f"{p50([r['parts'].get(name, 0) for r in rounds]):.1f}"] for name in names],
        "Where the time goes; the rest is the clone's server that starts and ends.")
    return result
