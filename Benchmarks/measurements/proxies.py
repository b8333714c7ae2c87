"""What a proxy costs: CPU per request and added latency at a fixed rate, and throughput when saturated.

Everybody proxies to the same backend, alone on the last core; load generator and backend share the others. Rounds
are interleaved (direct, A, B, C, direct, A, B, C, ...), so that a machine that changes changes for all, and the
medians of the rounds are shown. A round in which the rate was not held within 1 % is no measurement and is repeated.
"""
import argparse
import os
import pathlib
import shutil
import statistics
import tempfile

from instruments import load, machine, table
from instruments.result import verdict
from instruments.servers import Server, cpu_seconds, free_port, program
from instruments.stage import Stage
from instruments.switchyard import RunningSwitchyard

PEERS = pathlib.Path(__file__).resolve().parent.parent / "peers"
# A machine that was busy with something else may have a second and a third try.
ATTEMPTS = 3
DIRECT, BARE, SWITCHYARD = "direct", "bare HAProxy", "Switchyard's HAProxy"


class Subject:
    """Something that is put under load, with the numbers of its rounds."""

    def __init__(self, name, url, process_ids, host=None):
        self.name, self.url, self.process_ids, self.host = name, url, process_ids, host
        self.fixed, self.cpu_microseconds, self.saturated = [], [], []


def main(arguments, result):
    options = parse(arguments)
    all_cores = sorted(os.sched_getaffinity(0))
    proxy_cores, load_cores = {all_cores[-1]}, set(all_cores[:-1] or all_cores)
    folder = tempfile.mkdtemp(prefix="switchyard-bench-")
    os.chmod(folder, 0o711)  # an environment's own user passes through it
    cleanups = [lambda: shutil.rmtree(folder, ignore_errors=True)]
    try:
        subjects = start(options, folder, proxy_cores, load_cores, cleanups)
        for number in range(options.rounds):
            for subject in subjects:
                measure(subject, options, folder, load_cores)
                print(f"round {number + 1}/{options.rounds}: {line(subject)}", flush=True)
        report = markdown(subjects, options)
    finally:
        for cleanup in reversed(cleanups):
            cleanup()
    print("\n" + report)
    if not options.quick:
        result.parent.mkdir(exist_ok=True)
        result.write_text(report)


def parse(arguments):
    parser = argparse.ArgumentParser(prog="Benchmarks/run proxies", description=__doc__)
    parser.add_argument("--rate", type=int, default=5000, help="requests per second")
    parser.add_argument("--clients", type=int, default=10, help="kept connections at the fixed rate")
    parser.add_argument("--connections", type=int, default=64, help="kept connections when saturated")
    parser.add_argument("--seconds", type=int, default=10, help="length of a round's part")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--no-switchyard", action="store_true", help="the peers only")
    parser.add_argument(
        "--switchyard", metavar="FOLDER", help="the haproxy folder of a running switchyard; else one is started")
    parser.add_argument("--url", help="that switchyard's address, where ports.json doesn't say it")
    parser.add_argument("--host", help="the Host header for it, where its first host is not the one")
    parser.add_argument("--quick", action="store_true", help="two short rounds, no result file")
    options = parser.parse_args(arguments)
    if options.quick:
        options.seconds, options.rounds = 2, 2
    return options


def start(options, folder, proxy_cores, load_cores, cleanups):
    def server(command, template, cores, backend=0, environment=None):
        port = free_port()
        text = (PEERS / template).read_text()
        for name, value in {"@PORT@": port, "@BACKEND@": backend, "@FOLDER@": folder}.items():
            text = text.replace(name, str(value))
        path = pathlib.Path(folder) / template
        path.write_text(text)
        started = Server(
            [argument.replace("@CONFIGURATION@", str(path)) for argument in command], port, cores,
            log=f"{folder}/{template}.log", environment=environment)
        cleanups.append(started.stop)
        return started

    nginx = [program("nginx"), "-p", folder, "-c", "@CONFIGURATION@"]
    backend = server(nginx, "backend.conf", load_cores)
    haproxy = server([program("haproxy"), "-db", "-f", "@CONFIGURATION@"], "haproxy.cfg", proxy_cores, backend.port)
    proxy = server(nginx, "nginx.conf", proxy_cores, backend.port)
    caddy = server(
        [program("caddy"), "run", "--adapter", "caddyfile", "--config", "@CONFIGURATION@"], "Caddyfile", proxy_cores,
        backend.port, environment={"GOMAXPROCS": "1", "HOME": folder})
    subjects = [
        Subject(DIRECT, backend.url, lambda: []), Subject(BARE, haproxy.url, haproxy.process_ids),
        Subject("nginx", proxy.url, proxy.process_ids), Subject("Caddy", caddy.url, caddy.process_ids)]
    if not options.no_switchyard:
        haproxy_folder = options.switchyard or str(running_stage(folder, cleanups).state / "haproxy")
        switchyard = RunningSwitchyard(haproxy_folder, options.url, options.host)
        cleanups.append(switchyard.restore)
        switchyard.confine(proxy_cores)
        switchyard.repoint(backend.port)
        subjects.insert(2, Subject(SWITCHYARD, switchyard.url, switchyard.process_ids, switchyard.host))
    return subjects


def running_stage(folder, cleanups):
    """A switchyard with FreightOps deployed, so that HAProxy's configuration, maps and split are real ones."""
    stage = Stage(folder)
    cleanups.append(stage.clear)
    stage.start()
    stage.add_releases("1.0.0")
    stage.deploy("1.0.0")
    return stage


def measure(subject, options, folder, load_cores):
    def at_fixed_rate(seconds):
        return load.at_fixed_rate(
            subject.url, subject.host, options.rate, seconds, options.clients, load_cores, folder)

    at_fixed_rate(1)
    for _ in range(ATTEMPTS):
        before = cpu_seconds(subject.process_ids())
        fixed = at_fixed_rate(options.seconds)
        cpu = cpu_seconds(subject.process_ids()) - before
        if fixed.failed:
            raise SystemExit(f"{subject.name}: {fixed.failed} of {fixed.requests} requests failed: no measurement.")
        if abs(fixed.requests_per_second / options.rate - 1) <= 0.01:
            break
        print(f"{subject.name}: {fixed.requests_per_second:.0f}/s, the rate was not held: once more", flush=True)
    else:
        raise SystemExit(f"{subject.name}: {options.rate} requests a second can't be held here: no measurement.")
    subject.fixed.append(fixed)
    subject.cpu_microseconds.append(cpu / fixed.requests * 1e6)
    subject.saturated.append(
        load.saturated_requests_per_second(subject.url, subject.host, options.seconds, options.connections, load_cores))


def line(subject):
    last = subject.fixed[-1]
    return (
        f"{subject.name}: {last.requests_per_second:.0f}/s, {subject.cpu_microseconds[-1]:.1f} µs CPU a request, "
        f"p50 {last.p50_milliseconds:.2f} ms, p99 {last.p99_milliseconds:.2f} ms, "
        f"saturated {subject.saturated[-1]:.0f}/s")


def markdown(subjects, options):
    direct, bare = subjects[0], subjects[1]

    def added(subject, name, reference=direct):
        """The median of the rounds' differences to the reference."""
        pairs = zip(subject.fixed, reference.fixed)
        return statistics.median(getattr(own, name) - getattr(other, name) for own, other in pairs)

    def ratio(values, others):
        return statistics.median(own / other for own, other in zip(values, others))

    rows = []
    for subject in subjects:
        is_proxy = subject is not direct
        rows.append([
            subject.name,
            f"{statistics.median(subject.cpu_microseconds):.1f}" if is_proxy else "",
            f"{ratio(subject.cpu_microseconds, bare.cpu_microseconds):.2f}" if is_proxy else "",
            f"{statistics.median(run.p50_milliseconds for run in subject.fixed):.3f}",
            f"{statistics.median(run.p99_milliseconds for run in subject.fixed):.3f}",
            f"{added(subject, 'p50_milliseconds'):+.3f}" if is_proxy else "",
            f"{added(subject, 'p99_milliseconds'):+.3f}" if is_proxy else "",
            f"{added(subject, 'p99_milliseconds', bare):+.3f}" if is_proxy else "",
            f"{statistics.median(subject.saturated):.0f}",
            f"{ratio(subject.saturated, bare.saturated):.2f}",
        ])
    head = [
        "", "CPU a request (µs)", "× bare", "p50 (ms)", "p99 (ms)", "added p50 to direct (ms)",
        "added p99 to direct (ms)", "added p99 to bare (ms)", "saturated (req/s)", "× bare"]
    own = next((subject for subject in subjects if subject.name == SWITCHYARD), None)
    targets = []
    if own:
        cpu = ratio(own.cpu_microseconds, bare.cpu_microseconds)
        latency = added(own, "p99_milliseconds", bare)
        targets = table.render(["target", "reached", ""], [
            ["CPU a request, at most 1.35 × bare", f"{cpu:.2f}", verdict(cpu <= 1.35)],
            ["added p99 to bare, at most 0.3 ms", f"{latency:+.3f} ms", verdict(latency <= 0.3)]])
    held = min(run.requests_per_second for subject in subjects for run in subject.fixed)
    lines = [
        f"# Proxies at {options.rate} requests a second", "", *machine.facts(),
        f"- {options.rounds} interleaved rounds of {options.seconds} s, HTTP/1.1 over {options.clients} kept "
        f"connections ({options.connections} when saturated); medians of the rounds; the lowest rate that was held is "
        f"{held:.0f} requests a second, no request failed",
        "- Each proxy alone on one core; CPU is utime + stime of all its processes; saturated by wrk, where load "
        "generator and backend may be what is saturated", "", *table.render(head, rows), "", *targets, ""]
    return "\n".join(lines)
