"""Whole deployments and rollbacks of FreightOps through the command line, under load, with their migrations."""
import argparse
import json
import time

from instruments import driver
from instruments.result import Result, add_clients_side, p50, p99, temporary_folder
from instruments.stage import HOST, PAGES, Stage


def main(arguments, path):
    parser = argparse.ArgumentParser(prog="Benchmarks/run cycles", description=__doc__)
    parser.add_argument("--cycles", type=int, default=10)
    parser.add_argument("--rate", type=int, default=200, help="requests per second")
    parser.add_argument("--quick", action="store_true", help="1 cycle, no result file")
    options = parser.parse_args(arguments)
    if options.quick:
        options.cycles = 1
    deployments, rollbacks, switches = [], [], []
    with temporary_folder() as folder:
        stage = Stage(folder)
        try:
            stage.start()
            stage.add_releases("1.0.0", "1.1.0")
            stage.deploy("1.0.0")
            load = driver.Load(stage.url, HOST, PAGES, options.rate, identities=200)
            load.wait_for(lambda report: report["answered"] > 100, "100 answers")
            for number in range(options.cycles):
                for times, command in ((deployments, ["deploy", "1.1.0"]), (rollbacks, ["rollback"])):
                    began = time.monotonic()
                    report = json.loads(stage.command(*command, "--json"))
                    times.append(time.monotonic() - began)
                    switches.append(report["switchMilliseconds"])
                stage.wait_until_idle()
                print(f"cycle {number + 1}/{options.cycles}: {load.report['failed']} failed", flush=True)
            seen = load.end()
        finally:
            stage.clear()
    result = Result("Deployments and rollbacks from the command line")
    result.add("deployments of 1.1.0 and rollbacks to 1.0.0, each", options.cycles)
    add_clients_side(result, seen)
    result.add("a deployment from start to commit (1 s of it baking), p50", p50(deployments), "s", form="{:.1f}")
    result.add("a rollback to its end: recovery watched, slot drained, p50", p50(rollbacks), "s", form="{:.1f}")
    result.add(f"their switches, from asked to confirmed by every worker, p50 of {len(switches)}", p50(switches), "ms", form="{:.1f}")
    result.add("— the same, p99", p99(switches), "ms", form="{:.1f}")
    result.note("A switch is what the API reports of a deployment: the slot table on disk, the map, every worker asked")
    result.note(f"{options.rate} requests a second on pages and API of FreightOps, 1 of 5 over a new connection")
    result.note("Each cycle starts, warms, switches, retires and stops a slot's processes")
    result.publish(path, options.quick)

