"""The control plane itself: how soon it is ready, what it holds in memory, and what users feel when it is killed."""
import argparse
import contextlib
import os
import pathlib
import re
import signal
import time

from instruments import driver
from instruments.result import Result, add_clients_side, p50, temporary_folder
from instruments.stage import HOST, PAGES, Stage, answers

KIBIBYTES = 1024  # in a MiB


def main(arguments, path):
    parser = argparse.ArgumentParser(prog="Benchmarks/run control-plane", description=__doc__)
    parser.add_argument("--restarts", type=int, default=10)
    parser.add_argument("--proxy-kills", type=int, default=5)
    parser.add_argument("--idle", type=int, default=20, help="seconds before memory is read")
    parser.add_argument("--rate", type=int, default=200, help="requests per second meanwhile")
    parser.add_argument("--quick", action="store_true", help="2 kills each, no result file")
    options = parser.parse_args(arguments)
    if options.quick:
        options.restarts, options.proxy_kills, options.idle = 2, 2, 5
    result = Result("The control plane")
    with running_stage() as (stage, first):
        measure(stage, first, options, result)
    # A proxy that ended a minute ago or less is given a pause, so each of these kills has a switchyard of its own.
    outages = []
    for _ in range(options.proxy_kills):
        with running_stage() as (stage, _):
            stage.add_releases("1.0.0")
            stage.deploy("1.0.0")
            outages.append(outage_of_proxy(stage, stage.url))
    in_a_row = outages_without_control_plane()
    result.at_most(
        f"HAProxy killed (all its processes), each in a fresh switchyard: back within, p50 of {len(outages)}", p50(outages), 2, "s", "{:.2f}")
    result.at_most("the same, longest", max(outages), 2, "s", "{:.2f}")
    result.at_most(
        f"HAProxy killed {len(in_a_row)} times in a row while the control plane is gone: back within, longest", max(in_a_row), 2, "s", "{:.2f}")
    result.publish(path, options.quick)


@contextlib.contextmanager
def running_stage():
    with temporary_folder() as folder:
        stage = Stage(folder)
        try:
            yield stage, stage.start()
        finally:
            stage.clear()


def measure(stage, first, options, result):
    stage.add_releases("1.0.0", "1.1.0")
    stage.deploy("1.0.0")
    stage.deploy("1.1.0")
    load = driver.Load(stage.url, HOST, PAGES, options.rate)
    load.wait_for(lambda report: report["answered"] > 100, "100 answers")
    ready = []
    for _ in range(options.restarts):
        stage.kill_control_plane()
        time.sleep(0.5)
        ready.append(stage.start())
        time.sleep(0.5)
    seen = load.end()
    time.sleep(options.idle)
    memory = resident(stage.control_plane.pid)

    result.at_most("ready after a first start, on an empty folder", first, 0.5, "s", "{:.3f}")
    result.at_most(f"ready after kill -9, p50 of {len(ready)}", p50(ready), 0.5, "s", "{:.3f}")
    result.at_most("the same, longest", max(ready), 0.5, "s", "{:.3f}")
    result.at_most("resident memory, idle", memory["VmRSS"] / KIBIBYTES, 80, "MiB", "{:.1f}")
    result.add("of it anonymous: the rest is pages of the binary", memory["RssAnon"] / KIBIBYTES, "MiB", form="{:.1f}")
    result.add("resident memory, highest", memory["VmHWM"] / KIBIBYTES, "MiB", form="{:.1f}")
    result.add("threads", memory["Threads"])
    result.add("kill -9 of the control plane under load", len(ready))
    add_clients_side(result, seen)
    result.note("Ready: from executing `switchyard serve` until its `/health` answers 200, looked at every 2 ms")
    result.note(f"{options.rate} requests a second on FreightOps behind HAProxy during the control plane's kills")


def resident(process):
    """Fields of /proc/PID/status in KiB, and its threads."""
    text = pathlib.Path(f"/proc/{process}/status").read_text()
    return {name: int(value) for name, value in re.findall(r"^(Vm\w+|Rss\w+|Threads):\s+(\d+)", text, re.MULTILINE)}


def outages_without_control_plane():
    """How long users wait for each of four kills in a row that only runit mends."""
    with running_stage() as (stage, _):
        stage.add_releases("1.0.0")
        stage.deploy("1.0.0")
        url = stage.url
        stage.kill_control_plane()
        return [outage_of_proxy(stage, url) for _ in range(4)]


def outage_of_proxy(stage, url):
    """Kills master and workers; answers the seconds until users get an answer again."""
    for process in stage.haproxy_processes():
        os.kill(process, signal.SIGKILL)
    began = time.monotonic()
    while time.monotonic() - began < 30:
        if answers(f"{url}/health", seconds=1):
            return time.monotonic() - began
        time.sleep(0.005)
    raise SystemExit("HAProxy did not come back within 30 s of its kill.")
