"""The redactor: how fast secrets and card numbers are taken out of log lines, beside programs that replace texts.

Speed is megabytes per second of CPU time on one thread, so that it is what one core can do whatever else the machine
does. The peers get the same lines and the same secrets, but each secret in one form alone, as it is: none of them knows
of encodings, card numbers or the ends of pieces. Theirs is user and system time of the whole program.
"""
import argparse
import os
import re
import shutil
import statistics
import subprocess

from instruments import driver
from instruments.result import Result, temporary_folder

CHUNKS = [("64 KiB at once", 65_536), ("4 KiB at once", 4_096), ("150 bytes at once, about a line", 150)]


def main(arguments, path):
    parser = argparse.ArgumentParser(prog="Benchmarks/run redactor", description=__doc__)
    parser.add_argument("--secrets", type=int, default=200)
    parser.add_argument("--megabytes", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="little data, one round, no result file")
    options = parser.parse_args(arguments)
    if options.quick:
        options.megabytes, options.rounds = 100, 1
    result = Result("The redactor")
    engines = {engine: speeds(result, engine, options) for engine in ("hyperscan", "portable")}
    rows = [
        [f"Switchyard, {engine}", f"{runs[0][0]['literals']:,}", f"{rate(runs[0]):,.0f}", "all encodings, cards, a stream"]
        for engine, runs in engines.items()]
    with temporary_folder() as folder:
        driver.run("redactor", f"--secrets={options.secrets}", f"--sample-folder={folder}")
        for name, command in peers(folder):
            rows.append([name, f"{options.secrets:,}", f"{peer_rate(command, folder, options):,.0f}", "as they are"])
    result.compare(
        ["", "texts looked for", "MB/s of one core", "what is found"], rows,
        f"{options.secrets} secrets of 16 to 48 characters; one of 1,000 lines holds one. Medians of {options.rounds} "
        "rounds.")
    driver.note_binaries(result)
    result.publish(path, options.quick)


def speeds(result, engine, options):
    """For each size of pieces, its rounds."""
    every = []
    for words, chunk in CHUNKS:
        runs = [
            driver.run(
                "redactor", f"--engine={engine}", f"--secrets={options.secrets}", f"--chunk={chunk}",
                f"--megabytes={options.megabytes}") for _ in range(options.rounds)]
        every.append(runs)
        what = f"MB a second of one core, {engine}, {words}"
        if engine == "hyperscan" and chunk == CHUNKS[0][1]:
            result.at_least(what, rate(runs), 300, form="{:,.0f}")
        else:
            result.add(what, rate(runs), form="{:,.0f}")
    first = every[0][0]
    if engine == "hyperscan":
        result.add(f"texts looked for, of {options.secrets} secrets", first["literals"], form="{:,}")
    result.add(
        f"to make them ready, {engine}", statistics.median(run["preparationSeconds"] for run in every[0]) * 1000, "ms")
    result.at_most(f"secrets missed of {first['leaked']} in the lines, {engine}", first["leaked"] - first["found"], 0)
    return every


def rate(runs):
    return statistics.median(run["bytes"] / run["cpuSeconds"] / 1e6 for run in runs)


def peers(folder):
    """Programs that replace many texts, with their commands; those that are not installed are left out."""
    secrets = open(f"{folder}/secrets.txt").read().split()
    with open(f"{folder}/secrets.sed", "w") as script:
        for secret in secrets:
            # Basic regular expressions, a secret each.
            script.write("s|%s|[redacted]|g\n" % re.sub(r"([.*\[\]^$\\|])", r"\\\1", secret))
    alternatives = "|".join(re.escape(secret) for secret in sorted(secrets, key=len, reverse=True))
    with open(f"{folder}/secrets.pl", "w") as script:
        script.write("while (<STDIN>) { s~%s~[redacted]~g; print }\n" % alternatives)
    lines = f"{folder}/lines.log"
    commands = [
        ("ripgrep --replace", ["rg", "--threads=1", "--passthru", "--no-line-number", "--fixed-strings",
                               f"--file={folder}/secrets.txt", "--replace=[redacted]", lines]),
        ("perl, one alternation", ["perl", f"{folder}/secrets.pl"]),
        ("sed, a command a secret", ["sed", "-f", f"{folder}/secrets.sed", lines]),
    ]
    return [(name, command) for name, command in commands if shutil.which(command[0])]


def peer_rate(command, folder, options):
    rates = []
    for _ in range(1 if options.quick else 3):
        before = os.times()
        with open(f"{folder}/lines.log") as lines, open(f"{folder}/out.log", "w") as output:
            subprocess.run(
                command, stdin=lines, stdout=output, check=True, timeout=600, env={**os.environ, "LC_ALL": "C"})
        after = os.times()
        written = open(f"{folder}/out.log").read()
        if "[redacted]" not in written:
            raise SystemExit(f"{command[0]} replaced nothing: no measurement.")
        cpu = after.children_user + after.children_system - before.children_user - before.children_system
        rates.append(os.path.getsize(f"{folder}/lines.log") / cpu / 1e6)
    return statistics.median(rates)
