"""Flips between two slots under mixed load; after every tenth, one more is asked while a reload is under way.

The driver holds the clock: it asks Traffic's HAProxy for the flip and sends the load, so that "asked" and "the last
request sent that the old slot answered" need no second clock.
"""
import argparse
import contextlib

from instruments import backends, driver
from instruments.result import Result, add_clients_side, p50, p99, temporary_folder
from instruments.servers import all_cores


def main(arguments, path):
    parser = argparse.ArgumentParser(prog="Benchmarks/run flips", description=__doc__)
    parser.add_argument("--flips", type=int, default=240)
    parser.add_argument("--rate", type=int, default=1800, help="requests per second")
    parser.add_argument("--quick", action="store_true", help="20 flips, no result file")
    options = parser.parse_args(arguments)
    if options.quick:
        options.flips = 20
    with temporary_folder() as folder, contextlib.ExitStack() as stack:
        blue, green = (backends.start(folder, name, all_cores()) for name in ("blue", "green"))
        stack.callback(blue.stop)
        stack.callback(green.stop)
        seen = driver.run(
            "flips", f"--folder={folder}", f"--blue={blue.port}", f"--green={green.port}",
            f"--flips={options.flips}", f"--rate={options.rate}")
    report(seen, options).publish(path, options.quick)


def report(seen, options):
    result = Result("Flips under load")
    flips, load = seen["flips"], seen["load"]
    during = [flip for flip in flips if flip["duringReload"]]
    alone = [flip for flip in flips if not flip["duringReload"]]
    result.add("flips", len(alone))
    result.add("and flips asked during a reload", len(during))
    add_clients_side(result, load)
    for name, group, has_target in (("", alone, True), (", asked during a reload", during, False)):
        values = [flip["lastOnOldMilliseconds"] for flip in group]
        confirmed = [flip["confirmedMilliseconds"] for flip in group]
        what = f"from asked to the last request sent to the old slot{name}"
        if has_target:
            result.at_most(f"{what}, p50", p50(values), 5, "ms", "{:.2f}")
            result.at_most("— the same, p99", p99(values), 25, "ms", "{:.2f}")
        else:
            result.add(f"{what}, p50", p50(values), "ms", form="{:.2f}")
        result.add("— the same, longest", max(values), "ms", form="{:.2f}")
        result.add("— from its turn until every worker has confirmed, p50", p50(confirmed), "ms", form="{:.2f}")
        result.add("— the same, longest", max(confirmed), "ms", form="{:.2f}")
    if during:
        everything = p99([flip["lastOnOldMilliseconds"] for flip in flips])
        result.at_most(
            f"all {len(flips)} together: last request sent to the old slot, p99", everything, 25, "ms",
            "{:.2f}")
    result.note("A flip asked during a reload waits for its end: HAProxy's master answers nobody while it is replaced")
    result.note(
        f"{options.rate} requests a second (7 reads, 3 writes, 200 clients, 1 of 5 requests over a new connection), so "
        f"that the old slot is seen to within {1000 / options.rate:.1f} ms; slowest answer "
        f"{load['latency']['maxMilliseconds']:.0f} ms, counted from when it was due")
    result.note(f"HAProxy had up to {max(flip['workers'] for flip in flips)} workers at a flip: reloads leave old ones")
    return result
