"""From typing `switchyard rollback` until all requests go to the release before, also when little else works.

The time runs from the start of the command's process to the sending of the last request that the left release
answered, and to the command's end, which comes after HAProxy's confirmation; the later one counts.
"""
import argparse
import contextlib
import os
import pathlib
import subprocess
import time

from instruments import driver
from instruments.result import Result, p50, temporary_folder
from instruments.stage import HOST, Stage

TMPFS_MEBIBYTES = 1024


def main(arguments, path):
    parser = argparse.ArgumentParser(prog="Benchmarks/run rollback", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rate", type=int, default=500, help="requests per second")
    parser.add_argument("--quick", action="store_true", help="1 round each, no result file")
    options = parser.parse_args(arguments)
    if options.quick:
        options.rounds = 1
    result = Result("Rollback from the command line")
    seconds = {name: [] for name in CIRCUMSTANCES}
    failed, requests = 0, 0
    with temporary_folder() as folder, small_file_system(folder, result) as state:
        stage = Stage(state)
        try:
            stage.start()
            stage.add_releases("1.0.0", "1.1.0")
            stage.deploy("1.0.0")
            for number in range(options.rounds):
                for name, circumstance in CIRCUMSTANCES.items():
                    taken, load = measure(stage, circumstance, options.rate)
                    print(f"round {number + 1}/{options.rounds}: {name}: {taken:.3f} s", flush=True)
                    seconds[name].append(taken)
                    failed += load["failed"]
                    requests += load["total"]
        finally:
            stage.clear()
    for name, values in seconds.items():
        result.at_most(f"{name}: p50 of {len(values)}", p50(values), 1, "s", "{:.3f}")
        result.at_most("— the longest", max(values), 1, "s", "{:.3f}")
    result.add("requests", requests, form="{:,}")
    result.at_most("failed requests", failed, 0)
    result.note(f"{options.rate} requests a second on FreightOps' `/health`, which needs no database")
    result.publish(path, options.quick)


def measure(stage, circumstance, rate):
    stage.deploy("1.1.0")
    stage.wait_until_idle()
    leading = stage.status()["environments"][0]["split"]["stable"]
    old = f"production/{leading}"
    load = driver.Load(stage.url, HOST, ["/health"], rate)
    with circumstance(stage):
        load.wait_for(lambda report: driver.last_on(report, old), "requests on the release to be left")
        asked = time.time()
        stage.command("rollback", "--detach")
        ended = time.time()
        time.sleep(1)
        last = driver.last_on(load.report, old)
        if load.report["sightings"][old]["lastSeen"] > ended + 0.5:
            raise SystemExit("The release that was left still answers.")
        report = load.end()
    stage.wait_for_database()
    stage.wait_until_idle()
    return max(ended, last) - asked, report


@contextlib.contextmanager
def nothing_special(stage):
    yield


@contextlib.contextmanager
def postgres_stopped(stage):
    stage.stop_database()
    try:
        yield
    finally:
        stage.give_database_back()


@contextlib.contextmanager
def disk_full(stage):
    filler = stage.state.parent / "filler"
    with open(filler, "wb", buffering=0) as file:
        with contextlib.suppress(OSError):
            while True:
                file.write(bytes(65536))
        with contextlib.suppress(OSError):
            while True:
                file.write(b"\0")
    try:
        yield
    finally:
        filler.unlink()


@contextlib.contextmanager
def control_plane_restarted(stage):
    stage.kill_control_plane()
    stage.start()
    yield


CIRCUMSTANCES = {
    "nothing special": nothing_special,
    "PostgreSQL stopped": postgres_stopped,
    "disk full": disk_full,
    "control plane killed and just ready again": control_plane_restarted,
}


@contextlib.contextmanager
def small_file_system(folder, result):
    """A file system that can be filled without harm; mounting one takes root."""
    if os.geteuid() != 0:
        raise SystemExit("A full disk is made on a small file system of its own: run this measurement as root.")
    place = pathlib.Path(folder) / "disk"
    place.mkdir()
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={TMPFS_MEBIBYTES}m,mode=711", "tmpfs", str(place)], check=True)
    result.note(f"State on a tmpfs of {TMPFS_MEBIBYTES} MiB, filled to the last byte for 'disk full'")
    try:
        yield str(place)
    finally:
        subprocess.run(["umount", str(place)], check=True)
