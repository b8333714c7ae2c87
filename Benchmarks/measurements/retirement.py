"""The old slot's server is killed with SIGKILL as soon as the slot counts as drained."""
import argparse

from instruments import backends, driver
from instruments.result import Result, p50, temporary_folder
from instruments.servers import all_cores


def main(arguments, path):
    parser = argparse.ArgumentParser(prog="Benchmarks/run retirement", description=__doc__)
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--rate", type=int, default=2000, help="requests per second")
    parser.add_argument("--quick", action="store_true", help="2 rounds, no result file")
    options = parser.parse_args(arguments)
    if options.quick:
        options.rounds = 2
    seen = [measure(options.rate) for _ in range(options.rounds)]
    loads = [each["load"] for each in seen]
    drains = [each["drainMilliseconds"] for each in seen]
    result = Result("The old slot killed after it was drained")
    result.add("kills", len(seen))
    result.add("requests", sum(load["total"] for load in loads), form="{:,}")
    result.at_most("failed requests", sum(load["failed"] for load in loads), 0)
    result.add("from the flip to nothing in flight on the old slot, p50", p50(drains), "ms")
    result.add("the same, longest", max(drains), "ms")
    result.note(f"{options.rate} requests a second (7 reads, 3 writes, 1 of 5 over a new connection)")
    result.note("The server is a stand-in; real slots that Switchyard itself drains and stops under load: see `cycles`")
    result.publish(path, options.quick)


def measure(rate):
    with temporary_folder() as folder:
        blue, green = (backends.start(folder, name, all_cores()) for name in ("blue", "green"))
        try:
            return driver.run(
                "retirement", f"--folder={folder}", f"--blue={blue.port}", f"--green={green.port}",
                f"--blue-process={blue.process.pid}", f"--rate={rate}")
        finally:
            blue.stop()
            green.stop()
