"""How long a decision about rights takes, beside Cedar, a policy engine with a language of its own.

The driver decides every role's every operation in four environments, with roles for some environments, narrow tokens
and break-glass among them, and times batches of a hundred. Cedar decides a part of the same matrix from the policies
that the tests compare with, in one batch, by its Python package; what Python itself costs is in its number.
"""
import argparse
import json
import subprocess

from instruments import driver
from instruments.result import Result

PYTHON = driver.ROOT / ".build" / "peers" / "bin" / "python"
MOST_MICROSECONDS = 5


def main(arguments, path):
    parser = argparse.ArgumentParser(prog="Benchmarks/run policy", description=__doc__)
    parser.add_argument("--decisions", type=int, default=5_000_000)
    parser.add_argument("--quick", action="store_true", help="few decisions, no result file")
    options = parser.parse_args(arguments)
    if options.quick:
        options.decisions = 100_000
    result = Result("A decision about rights")
    seen = driver.run("policy", f"--decisions={options.decisions}")
    result.at_most("a decision, median (µs)", seen["nanosecondsMedian"] / 1e3, MOST_MICROSECONDS, form="{:.3f}")
    result.at_most("a decision, p99 of batches of 100 (µs)", seen["nanosecondsP99"] / 1e3, MOST_MICROSECONDS, form="{:.3f}")
    result.add("a decision, slowest batch of 100 (µs)", seen["nanosecondsSlowest"] / 1e3, form="{:.3f}")
    result.note(
        f"{seen['decisions']:,} decisions, CPU time of one thread, {100 * seen['allowed'] / seen['decisions']:.0f} % of them allowed;"
        " a refusal makes its reason, and not its sentence, which is made when it is read")
    cedar(result, options)
    driver.note_binaries(result)
    result.publish(path, options.quick)


def cedar(result, options):
    if not PYTHON.exists():
        result.note("Cedar was not measured: run 'scripts/setup test' first")
        return
    command = [PYTHON, "-B", driver.ROOT / "Benchmarks" / "peers" / "cedar.py", "10" if options.quick else "500"]
    seen = json.loads(subprocess.run(command, check=True, capture_output=True, text=True, timeout=600).stdout)
    result.add("a decision by Cedar (µs)", seen["seconds"] / seen["decisions"] * 1e6, form="{:.1f}")
