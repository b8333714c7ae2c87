"""Which dangers of schema changes are missed, and which harmless changes are held up.

The statements of migrations/statements.json have been labelled by hand for the schema and the rows of
migrations/schema.sql: safe; dangerous, since the application has to wait or the statement fails; incompatible, since
it breaks the release that is running. Each is the expand.sql of a migration of its own. Switchyard rehearses it on a
clone of the database; linters, which read nothing but the text, are given the same file. A tool that stops nothing
harmful misses it; one that stops something safe raises a false alarm.

sqitch, another tool for migrations, is left out: it deploys and verifies changes and does not judge statements.
"""
import argparse
import dataclasses
import json
import pathlib
import subprocess
import time

from instruments import driver
from instruments.postgres import Postgres
from instruments.result import Result, p50, temporary_folder

SET = driver.ROOT / "Benchmarks" / "migrations"
PEERS = driver.ROOT / ".build" / "peers" / "bin"
MOST_FALSE_PERCENT = 2
QUICK_STEP = 10
# Rules of squawk about form, names and settings, whatever the statement does.
STYLE = [
    "ban-char-field", "identifier-too-long", "prefer-bigint-over-int", "prefer-bigint-over-smallint", "prefer-identity",
    "prefer-robust-stmts", "prefer-text-field", "prefer-timestamp-tz", "require-enum-value-ordering",
    "require-lock-timeout", "require-statement-timeout", "require-timeout-settings"]
# Rules of squawk that are off by default, without require-table-schema, which is about form, and without
# ban-add-column, which stops every new column.
OPT_IN = [
    "ban-add-composite-attribute", "ban-add-enum-value", "ban-alter-database-options", "ban-alter-extension",
    "ban-alter-function-options", "ban-alter-generated-expression", "ban-alter-policy-condition",
    "ban-alter-policy-roles", "ban-alter-role-options", "ban-alter-row-level-security", "ban-alter-sequence-values",
    "ban-alter-system-options", "ban-alter-view-options", "ban-create-policy", "ban-detach-inheritance",
    "ban-disable-trigger", "ban-drop-index", "ban-drop-policy", "ban-new-write-restriction",
    "ban-replace-view-function", "ban-replica-identity", "ban-revoke", "ban-set-default", "prefer-repack"]
# What linters call text that they cannot read.
UNREADABLE = "syntax-error"


@dataclasses.dataclass
class Answer:
    """What a tool says about a statement; `alarms` are the rules that stop it, None where the tool cannot judge it."""
    alarms: list | None
    seconds: float = 0
    is_incompatible: bool = False
    complaint: str = ""


class Switchyard:
    """The rehearsal stops a migration with exit code 1; 2 says that it did not take place: the file may not run at all,
    which stops it too, or nobody can tell."""

    def __init__(self, server):
        self.environment, self.server = {**server.environment, "DATABASE_URL": server.url}, server.url

    def judge(self, file):
        migrations = file.parent.parent
        # The clone's address goes by an argument only; its password is the measurement's own and dies with it.
        command = [
            driver.binary("switchyard"), "migration", "rehearse", str(migrations), f"--clone={self.server}", "--json"]
        finished = run(command, file.parent, (0, 1, 2), self.environment)
        if finished.returncode == 2:
            refused = refusals(finished)
            # Nobody is told that it is less than what stops it.
            return Answer(refused, is_incompatible=True) if refused else Answer(None, complaint=reason(finished))
        said = json.loads(finished.stdout)
        stopping = [finding["rule"] for finding in said["findings"]["findings"] if finding["severity"] != "note"]
        if bool(stopping) != (finished.returncode == 1):
            raise SystemExit(f"{command} ended with {finished.returncode} and said {stopping}.")
        verdicts = [statement["verdict"] for statement in said["rehearsal"]["statements"]]
        return Answer(stopping, is_incompatible="incompatible" in verdicts)


class Linter:
    def __init__(self, name, options, rule_key):
        self.name, self.rule_key = name, rule_key
        self.command = [peer(name), *options]

    def judge(self, file):
        finished = run([*self.command, file.name], file.parent, (0, 1))
        rules = sorted({finding[self.rule_key] for finding in json.loads(finished.stdout)})
        return Answer(None, complaint=UNREADABLE) if UNREADABLE in rules else Answer(rules)


OURS, DANGER_RULES = "`switchyard migration rehearse`", "squawk, danger rules"


def tools(server):
    style, opt_in = [f"--exclude={rule}" for rule in STYLE], [f"--include={rule}" for rule in OPT_IN]
    squawk = {
        "squawk": [],
        DANGER_RULES: style,
        f"{DANGER_RULES} and opt-in ones": style + opt_in,
    }
    return {
        OURS: Switchyard(server),
        **{name: Linter("squawk", ["--reporter=json", *options], "rule_name") for name, options in squawk.items()},
        "safemigrate-lint": Linter("safemigrate-lint", ["--format=json"], "rule_id"),
    }


def main(arguments, path):
    parser = argparse.ArgumentParser(prog="Benchmarks/run labelled", description=__doc__)
    parser.add_argument("--number", type=int, action="append", help="only this statement; no result file")
    parser.add_argument("--quick", action="store_true", help=f"every {QUICK_STEP}th statement, no result file")
    options = parser.parse_args(arguments)
    statements = json.loads((SET / "statements.json").read_text())
    if options.number:
        statements = [statement for statement in statements if statement["number"] in options.number]
    elif options.quick:
        statements = statements[::QUICK_STEP]
    with temporary_folder() as folder:
        server = Postgres(folder)
        try:
            server.run((SET / "schema.sql").read_text())
            answers = judge_all(tools(server), statements, pathlib.Path(folder))
            facts = server.facts()
        finally:
            server.stop()
    report(statements, answers, facts).publish(path, options.quick or options.number)


def judge_all(tools, statements, folder):
    """The answers by tool, in the order of the statements."""
    found = {name: [] for name in tools}
    for statement in statements:
        file = folder / str(statement["number"]) / f"20260101000000_statement_{statement['number']}" / "expand.sql"
        file.parent.mkdir(parents=True)
        file.write_text(statement["sql"] + "\n")
        for name, tool in tools.items():
            began = time.monotonic()
            answer = tool.judge(file)
            answer.seconds = time.monotonic() - began
            found[name].append(answer)
        ours = found[OURS][-1]
        said = ours.complaint or ", ".join(ours.alarms) or "nothing"
        print(f"{statement['number']} is {statement['verdict']}; stopped by {said}", flush=True)
    return found


def run(command, folder, accepted, environment=None):
    """A tool to its end, which must be an accepted exit code: 1 is for findings."""
    finished = subprocess.run(
        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
    if finished.returncode not in accepted:
        raise SystemExit(f"{command} ended with {finished.returncode}: {finished.stderr.strip()[-2000:]}")
    return finished


def refusals(finished):
    """The rules by which Switchyard lets a file it has read run nowhere; none where it did not read or rehearse it."""
    if not finished.stdout.strip():
        return []
    findings = json.loads(finished.stdout)["findings"]
    rules = sorted({finding["rule"] for finding in findings if finding["severity"] == "unusable"})
    return [] if UNREADABLE in rules else rules


def reason(finished):
    """Why Switchyard did not judge: what makes the folder unusable, or what kept the rehearsal from taking place."""
    if finished.stdout.strip():
        findings = json.loads(finished.stdout)["findings"]
        return ", ".join(finding["message"] for finding in findings if finding["severity"] == "unusable")
    return json.loads(finished.stderr.strip().splitlines()[-1])["detail"]


def peer(name):
    path = PEERS / name
    if not path.exists():
        raise SystemExit(f"There is no {path}: run 'scripts/setup bench'.")
    return str(path)


class Score:
    """A tool's answers beside the labels."""

    def __init__(self, statements, answers):
        self.pairs = list(zip(statements, answers))
        self.missed = [pair for pair in self.harmful if pair[1].alarms == []]
        self.false = [pair for pair in self.safe if pair[1].alarms]
        self.unjudged = [pair for pair in self.pairs if pair[1].alarms is None]
        self.understated = [
            pair for pair in self.harmful
            if pair[0]["verdict"] == "incompatible" and pair[1].alarms and not pair[1].is_incompatible]
        self.milliseconds = p50([answer.seconds for answer in answers]) * 1000

    @property
    def safe(self):
        return [pair for pair in self.pairs if pair[0]["verdict"] == "safe"]

    @property
    def harmful(self):
        return [pair for pair in self.pairs if pair[0]["verdict"] != "safe"]

    def row(self):
        return [
            share(self.missed, self.harmful), share(self.false, self.safe), str(len(self.unjudged)),
            f"{self.milliseconds:,.0f} ms"]


def report(statements, answers, facts):
    scores = {name: Score(statements, said) for name, said in answers.items()}
    ours = scores[OURS]
    result = Result("Which dangers of schema changes are missed, and which harmless changes are held up")
    result.note(facts)
    result.note(f"squawk {version('squawk')}, safemigrate-lint {version('safemigrate-lint')}, a process a statement")
    result.note(
        f"{len(statements)} statements: {len(ours.safe)} safe, {len(ours.harmful)} harmful (dangerous or incompatible)")
    result.note(
        "The set and its labels are this project's own and its tests hold Switchyard to them, so its own numbers say"
        " that nothing was lost, and nothing about statements that are not in the set")
    result.note(
        "Linters are given the text only: what depends on the rows, the columns' types or the indexes of today, such as"
        " an index on a table without rows, they can only guess")
    result.note(
        "Switchyard is the whole command, with backup and clone, and with the budget that is its default; the clone is"
        " on the server of the database (`--clone`), which saves the start of one")
    driver.note_binaries(result)
    result.note("A linter stops a statement when it names any rule; its rules are those that are on by default")
    result.note(f"{DANGER_RULES}: without {', '.join(f'`{rule}`' for rule in STYLE)}")
    result.note(
        f"{DANGER_RULES} and opt-in ones: with all that are off by default but `require-table-schema`, which is about"
        " form, and `ban-add-column`, which stops every new column")
    result.note("sqitch is left out: it deploys and verifies changes and does not judge statements")
    result.at_most("harmful statements that it missed", len(ours.missed), 0)
    result.at_most(
        "false alarms, by all statements", 100 * len(ours.false) / len(statements), MOST_FALSE_PERCENT, "%", "{:.1f}")
    result.at_most("statements that it could not judge", len(ours.unjudged), 0)
    result.at_most("incompatible statements that it called only dangerous", len(ours.understated), 0)
    result.compare(
        ["", "missed, of the harmful", "false alarms, of the safe", "not judged", "time a statement, p50"],
        [[name, *score.row()] for name, score in scores.items()], "Each tool over the whole set.")
    for what, group, of in (("missed", "missed", "harmful"), ("held up though safe", "false", "safe")):
        result.compare(
            ["", of, *scores], by_class(scores, group, of), f"How many were {what}, by the statement's class.")
    in_words = {
        "Missed": ours.missed, "Held up though safe": ours.false, "Not judged": ours.unjudged,
        "Called only dangerous": ours.understated}
    for name, pairs in in_words.items():
        if pairs:
            result.compare(
                ["", "statement", "said"], [line(*pair) for pair in pairs], f"{name} by Switchyard.")
    return result


def by_class(scores, group, of):
    rows = []
    labelled = [statement["class"] for statement, _ in getattr(scores[OURS], of)]
    for name in dict.fromkeys(labelled):
        counts = [
            sum(statement["class"] == name for statement, _ in getattr(score, group)) for score in scores.values()]
        rows.append([name, str(labelled.count(name)), *map(str, counts)])
    return rows


def share(part, whole):
    percent = f" ({100 * len(part) / len(whole):.0f} %)" if whole else ""
    return f"{len(part)} of {len(whole)}{percent}"


def line(statement, answer):
    sql = " ".join(statement["sql"].split()).replace("|", "\\|")
    said = answer.complaint or ", ".join(answer.alarms) or "nothing"
    return [f"{statement['number']}, {statement['verdict']}", f"`{sql}`", said]


def version(name):
    """As installed; not every linter says its own."""
    package = {"squawk": "squawk-cli"}.get(name, name)
    question = f"import importlib.metadata; print(importlib.metadata.version('{package}'))"
    return subprocess.run([peer("python"), "-c", question], check=True, capture_output=True, text=True).stdout.strip()
