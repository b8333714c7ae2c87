"""What is left of a migration whose run is killed with SIGKILL, and what the next run makes of it.

At each point where that makes a difference the command kills itself, on a database of its own. What it left is counted;
then the same command is run again, as an operator would run it, and the database must be as one in which nobody was
killed: each statement took effect once, status and history say so, no index is invalid, and a backfill has seen every
row once. A server that builds or drops an index goes on without its client, unless its session ends as well: these are
cases of their own.
"""
import argparse
import dataclasses
import pathlib
import signal
import subprocess
import time

from instruments import driver
from instruments.migrations import Migrations
from instruments.postgres import Postgres, Session
from instruments.result import Result, p50, temporary_folder

MIGRATION, ROWS = "loads", 1_000
# Every transaction leaves a line in a table that no migration touches: one that took effect twice is seen there.
SCRIPTS = {
    "expand": f"""
        CREATE TABLE loads (id int PRIMARY KEY, weight int, seen int NOT NULL DEFAULT 0);
        INSERT INTO loads SELECT n, n FROM generate_series(1, {ROWS}) n;
        INSERT INTO effects VALUES ('expand, loads');
        CREATE INDEX CONCURRENTLY loads_weight ON loads (weight);
        CREATE TABLE marks (id int);
        INSERT INTO effects VALUES ('expand, marks');""",
    "backfill": """
-- key: loads.id
-- batch: 200
UPDATE loads SET seen = seen + 1 WHERE id BETWEEN $1 AND $2;""",
    "contract": """
        INSERT INTO effects VALUES ('contract, before the index');
        DROP INDEX CONCURRENTLY loads_weight;
        ALTER TABLE loads DROP COLUMN weight;
        INSERT INTO effects VALUES ('contract, weight');""",
    "revert": """
        INSERT INTO effects VALUES ('revert, before the index');
        DROP INDEX CONCURRENTLY loads_weight;
        DROP TABLE marks, loads;
        INSERT INTO effects VALUES ('revert, tables');""",
}
# The numbers of the statements by transaction; what no transaction can hold stands alone.
TRANSACTIONS = {"expand": [[1, 2, 3], 4, [5, 6]], "contract": [[1], 2, [3, 4]], "revert": [[1], 2, [3, 4]]}
BEFORE = {"expand": [], "backfill": ["expand"], "contract": ["expand", "backfill"], "revert": ["expand"]}
BACKFILL_POINTS = ["began", "batch", "batched", "committing", "completed"]
GOES_ON, ENDS_TOO = "the server goes on", "its session ends as well"
WORKING = (
    "FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND wait_event_type = 'Lock'"
    " AND query LIKE '%INDEX CONCURRENTLY%'")
PICTURE = {
    "columns": "SELECT table_name, column_name, data_type FROM information_schema.columns"
               " WHERE table_schema = 'public' ORDER BY table_name, ordinal_position",
    "indexes": "SELECT indexrelid::regclass, indisvalid, pg_get_indexdef(indexrelid) FROM pg_index"
               " WHERE indrelid::regclass::text IN ('loads', 'marks') ORDER BY 1",
    "transactions that took effect": "SELECT what FROM effects ORDER BY what",
    "recorded statements": "SELECT phase, number, statement, finished_at IS NOT NULL"
                           " FROM switchyard.migration_statements ORDER BY phase, number",
    "recorded rows": "SELECT rows, last_key FROM switchyard.migration_backfills",
}
QUICK_STEP = 8
PATIENCE_SECONDS = 120


@dataclasses.dataclass(frozen=True)
class Case:
    phase: str
    boundary: str
    # What becomes of the server's part where it is killed in the midst of a statement that no transaction can hold.
    meanwhile: str = ""

    def __str__(self):
        if self.meanwhile:
            work = "building" if self.phase == "expand" else "dropping"
            return f"{work} the index ({self.phase}); {self.meanwhile}"
        return f"`{self.boundary}`" if self.phase in self.boundary else f"`{self.boundary}` ({self.phase})"

    @property
    def is_reverted(self):
        """Whether the migration was reverted already when the command was killed."""
        return self.boundary in (f"committed:revert:{TRANSACTIONS['revert'][-1][-1]}", "completed:revert")


@dataclasses.dataclass
class Outcome:
    case: Case
    done: str
    invalid_left: int
    seconds: float
    exit_code: int
    invalid: int
    troubles: list


def cases():
    for phase in SCRIPTS:
        for point in ("turn", "prepared"):
            yield Case(phase, point)
        if phase == "backfill":
            yield from (Case(phase, f"{point}:backfill") for point in BACKFILL_POINTS)
            continue
        yield Case(phase, f"began:{phase}")
        for transaction in TRANSACTIONS[phase]:
            if isinstance(transaction, int):
                yield Case(phase, f"begun:{phase}:{transaction}")
                yield from (Case(phase, f"begun:{phase}:{transaction}", meanwhile) for meanwhile in (GOES_ON, ENDS_TOO))
                yield Case(phase, f"built:{phase}:{transaction}")
            else:
                yield from (Case(phase, f"ran:{phase}:{number}") for number in transaction)
                yield Case(phase, f"committing:{phase}:{transaction[-1]}")
            last = transaction if isinstance(transaction, int) else transaction[-1]
            yield Case(phase, f"committed:{phase}:{last}")
        yield Case(phase, f"completed:{phase}")


def main(arguments, path):
    parser = argparse.ArgumentParser(prog="Benchmarks/run executor-kills", description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"every {QUICK_STEP}th case, no result file")
    options = parser.parse_args(arguments)
    chosen = list(cases())[::QUICK_STEP if options.quick else 1]
    with temporary_folder() as folder:
        server = Postgres(folder)
        try:
            bench = Bench(folder, server)
            outcomes = [bench.measure(case) for case in chosen]
            facts = server.facts()
        finally:
            server.stop()
    report(outcomes, facts).publish(path, options.quick)


class Bench:
    def __init__(self, folder, server):
        self.folder, self.server, self.number = pathlib.Path(folder), server, 0
        server.run("CREATE TABLE effects (what text NOT NULL)")
        # Databases that the steps before have come to, to be copied for each case, and what nobody's kill would leave.
        self.beginnings = {phase: self.place(server, BEFORE[phase]).server for phase in SCRIPTS}
        self.ends = {phase: self.place(self.beginnings[phase], [phase]).picture() for phase in SCRIPTS}

    def place(self, template, phases=()):
        self.number += 1
        place = Place(self.folder / str(self.number), template.copy(f"case_{self.number}"))
        for phase in phases:
            place.run(phase)
        if place.troubles:
            raise SystemExit(f"Without a kill it fails too: {place.troubles}")
        return place

    def measure(self, case):
        place = self.place(self.beginnings[case.phase])
        place.run(case.phase, fault=case.boundary)
        if case.meanwhile:
            done, invalid_left = place.kill_in_the_midst(case)
        else:
            done, invalid_left = place.done(case.phase), place.invalid_indexes()
        began = time.monotonic()
        exit_code = place.run(case.phase, is_reverted=case.is_reverted)
        seconds = time.monotonic() - began
        picture, end = place.picture(), self.ends[case.phase]
        troubles = place.troubles + [f"other {what}" for what in end if picture[what] != end[what]]
        print(f"{case}: {done} done, {invalid_left} invalid; then {', '.join(troubles) or 'consistent'}", flush=True)
        return Outcome(case, done, invalid_left, seconds, exit_code, place.invalid_indexes(), troubles)


class Place:
    """A database and a folder with the migration; `troubles` are the runs that did not end well."""

    def __init__(self, folder, server):
        folder.mkdir()
        self.server, self.troubles = server, []
        self.migrations = Migrations(folder, server)
        self.migrations.add(MIGRATION, **SCRIPTS)

    def run(self, phase, fault=None, is_reverted=False):
        """The command to its end, which must be the fault's where there is one; answers its exit code."""
        environment = self.migrations.environment
        if fault:
            environment = {**environment, "SWITCHYARD_FAULTS": "1", "SWITCHYARD_FAULT": fault}
        finished = subprocess.run(
            self.command(phase), env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=PATIENCE_SECONDS)
        code, said = finished.returncode, finished.stderr.strip()[-500:]
        if fault and code != -signal.SIGKILL:
            raise SystemExit(f"The {phase} did not come to {fault}; it ended with {code}: {said}")
        is_refusal = is_reverted and code == 1 and "there is nothing to revert" in said
        if not fault and code != 0 and not is_refusal:
            self.troubles.append(f"exit code {code}: {said}")
        return code

    def command(self, phase):
        if phase != "revert":
            return self.migrations.command(phase)
        return [
            driver.binary("switchyard"), "migration", "revert", str(self.migrations.folder),
            f"--migration={self.migrations.newest}", "--author=benchmark"]

    def kill_in_the_midst(self, case):
        """Runs it again and kills it while its index waits for a transaction; answers what it left then."""
        with Session(self.server) as holder:
            holder.ask("BEGIN; UPDATE loads SET id = id")
            process = subprocess.Popen(
                self.command(case.phase), env=self.migrations.environment, stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                self.wait_until("1", "the server works on the index")
            finally:
                process.kill()
                process.wait()
            if case.meanwhile == ENDS_TOO:
                self.server.run(f"SELECT pg_terminate_backend(pid) {WORKING}")
                self.wait_until("0", "the session has ended")
            left = self.done(case.phase), self.invalid_indexes()
            holder.ask("COMMIT")
            return left

    def wait_until(self, count, what):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self.server.run(f"SELECT count(*) {WORKING}") != count:
            if time.monotonic() > deadline:
                raise SystemExit(f"This did not come about within {PATIENCE_SECONDS} s: {what}.")
            time.sleep(0.02)

    def done(self, phase):
        """How much of a step is recorded as done."""
        if self.server.run("SELECT to_regclass('switchyard.migration_statements')") == "":
            return f"0 of {total(phase)}"
        if phase == "backfill":
            rows = self.server.run("SELECT coalesce(sum(rows), 0) FROM switchyard.migration_backfills")
            return f"{int(rows):,} of {total(phase)}"
        # The record of the statements goes with the migration when that is reverted.
        if self.server.run("SELECT count(*) FROM switchyard.migration_events WHERE action = 'reverted'") == "1":
            return f"{total(phase)} of {total(phase)}"
        count = self.server.run(
            f"SELECT count(finished_at) FROM switchyard.migration_statements WHERE phase = '{phase}'")
        return f"{count} of {total(phase)}"

    def invalid_indexes(self):
        return int(self.server.run("SELECT count(*) FROM pg_index WHERE NOT indisvalid"))

    def picture(self):
        """What the database has and what it says of itself, without times."""
        found = {what: self.server.run(question) for what, question in PICTURE.items()}
        if self.server.run("SELECT to_regclass('loads')"):
            found["rows"] = self.server.run("SELECT id, seen FROM loads ORDER BY id")
        status = self.migrations.ask("status", str(self.migrations.folder))
        found["status"] = [
            [(step["phase"], step["state"]) for migration in status["migrations"] for step in migration["steps"]],
            status["invalidIndexes"]]
        found["history"] = [(event["phase"], event["action"]) for event in self.migrations.ask("history")]
        return found


def total(phase):
    if phase == "backfill":
        return f"{ROWS:,} rows"
    last = TRANSACTIONS[phase][-1]
    return str(last if isinstance(last, int) else last[-1])


def report(outcomes, facts):
    result = Result("A migration whose run is killed, and the next run")
    result.note(facts)
    driver.note_binaries(result)
    result.note(
        "A migration with an expansion of 6 statements (the fourth is CREATE INDEX CONCURRENTLY), a backfill of"
        f" {ROWS:,} rows in batches of 200, a contraction and a revert of 4 (the second is DROP INDEX CONCURRENTLY)")
    result.note(
        "Consistent: the same command once more, without any option, ends with 0, and schema, rows, each transaction's"
        " own mark, recorded statements, status and history are those of a database in which nobody was killed")
    result.note(
        "The one exception: where the revert was done when it was killed, the next one must end with 1 and say that"
        " there is nothing to revert")
    inconsistent = [outcome for outcome in outcomes if outcome.troubles]
    seconds = [outcome.seconds for outcome in outcomes]
    result.add("kills", len(outcomes))
    result.at_most("inconsistent after the next run", len(inconsistent), 0)
    result.at_most("invalid indexes after the next run", sum(outcome.invalid for outcome in outcomes), 0)
    result.add("the next run, p50", p50(seconds), "s", form="{:.2f}")
    result.add("the next run, longest", max(seconds), "s", form="{:.2f}")
    result.compare(
        ["killed at", "done", "invalid indexes", "next run: exit code", "consistent", "invalid indexes", "it took"],
        [[str(outcome.case), outcome.done, str(outcome.invalid_left), str(outcome.exit_code),
          "no" if outcome.troubles else "yes", str(outcome.invalid), f"{outcome.seconds:.2f} s"]
         for outcome in outcomes],
        "What the kill left (statements or rows that are recorded as done), and what the next run came to.")
    if inconsistent:
        result.compare(
            ["killed at", "found"],
            [[str(outcome.case), "; ".join(outcome.troubles).replace("\n", " ")] for outcome in inconsistent],
            "What was not consistent.")
    return result
