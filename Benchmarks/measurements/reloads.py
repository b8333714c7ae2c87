"""Reloads of HAProxy while every request comes over a connection of its own, which is where reloads lose some."""
import argparse

from instruments import backends, driver
from instruments.result import Result, add_clients_side, p50, temporary_folder
from instruments.servers import all_cores


def main(arguments, path):
    parser = argparse.ArgumentParser(prog="Benchmarks/run reloads", description=__doc__)
    parser.add_argument("--reloads", type=int, default=12)
    parser.add_argument("--rate", type=int, default=1000, help="requests per second")
    parser.add_argument("--quick", action="store_true", help="2 reloads, no result file")
    options = parser.parse_args(arguments)
    if options.quick:
        options.reloads = 2
    with temporary_folder() as folder:
        server = backends.start(folder, "blue", all_cores())
        try:
            seen = driver.run(
                "reloads", f"--folder={folder}", f"--blue={server.port}", f"--green={server.port}",
                f"--reloads={options.reloads}", f"--rate={options.rate}", "--new-connections=1")
        finally:
            server.stop()
    result = Result("Reloads under load")
    result.add("reloads", len(seen["reloads"]))
    add_clients_side(result, seen["load"])
    result.at_most("connections reset", seen["load"]["failuresByReason"].get("reset", 0), 0)
    result.add("until the new worker serves, p50", p50(seen["reloads"]), "ms")
    result.note(f"{options.rate} requests a second, each over a new connection")
    result.publish(path, options.quick)
