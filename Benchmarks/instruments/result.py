"""A measurement's result: a head, targets and whether they were met, notes."""
import contextlib
import os
import shutil
import tempfile

from instruments import machine, table
from instruments.load import quantile


class Result:
    """Rows of what was measured beside what is to be reached, as Markdown."""

    def __init__(self, title):
        self.title, self.rows, self.notes, self.comparisons = title, [], [], []

    def add(self, what, value, unit="", target=None, met=None, form="{:.0f}"):
        """`target` as text; without one the row is for information."""
        shown = form.format(value) + (f" {unit}" if unit else "")
        self.rows.append([what, shown, target or "", "" if met is None else verdict(met)])

    def at_most(self, what, value, limit, unit="", form="{:.0f}"):
        target = f"at most {limit:g}{' ' + unit if unit else ''}" if limit else "0"
        self.add(what, value, unit, target, value <= limit, form)

    def at_least(self, what, value, limit, unit="", form="{:.0f}"):
        self.add(what, value, unit, f"at least {limit:g}{' ' + unit if unit else ''}", value >= limit, form)

    def compare(self, head, rows, sentence):
        """Another table, below the targets, such as one with the peers; its cells are text."""
        self.comparisons += [sentence, "", *table.render(head, rows), ""]

    def note(self, text):
        self.notes.append(f"- {text}")

    def markdown(self):
        rows = table.render(["", "measured", "target", ""], self.rows)
        return "\n".join([f"# {self.title}", "", *machine.facts(), *self.notes, "", *rows, "", *self.comparisons])

    def publish(self, path, is_quick):
        print("\n" + self.markdown())
        if not is_quick:
            path.parent.mkdir(exist_ok=True)
            path.write_text(self.markdown())


def verdict(met):
    return "met" if met else "**missed**"


def p50(values):
    return quantile(sorted(values), 0.5)


def p99(values):
    return quantile(sorted(values), 0.99)


def add_clients_side(result, load):
    """What the clients saw: failed requests must be none, and the rate must have been held."""
    result.add("requests", load["total"], form="{:,}")
    result.at_most("failed requests", load["failed"], 0)
    result.add("answers 5xx of the application itself", load["applicationErrors"])
    if load["failed"]:
        result.note(f"Failed: {load['failuresByReason']}; the first: {load['failureSamples'][0]}")
    # The last ones of a run may just have been due.
    if load["unsent"] > load["total"] / 100:
        result.note(f"The rate was not held: {load['unsent']} requests that were due were not sent.")


@contextlib.contextmanager
def temporary_folder():
    folder = tempfile.mkdtemp(prefix="switchyard-bench-")
    os.chmod(folder, 0o711)  # an environment's own user passes through it
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
