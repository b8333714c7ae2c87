"""The request log: how fast it is read, whether lines are lost while the reader is away, what it costs.

Speed is lines per second of CPU time, all threads and the kernel included, so that it is what one core can do whatever
the writer does meanwhile; the reader is confined to one core. The cost is measured as in `proxies`: interleaved rounds
at a fixed rate, the same configuration with the log and without, each HAProxy alone on the last core and the reader
with the load generator on the others.
"""
import argparse
import json
import os
import pathlib
import signal
import statistics
import subprocess
import time

from instruments import backends, driver, load
from instruments.result import Result, add_clients_side, temporary_folder
from instruments.servers import all_cores, cpu_seconds, descendants

# A machine that was busy with something else may have a second and a third try.
ATTEMPTS = 3
# How a reader's life ends, and its words.
ENDINGS = {
    "cancelled": "the reader restarts",
    "terminated": "a reader's process is ended with SIGTERM and begun again",
    "killed": "a reader's process is ended with SIGKILL and begun again",
}


def main(arguments, path):
    parser = argparse.ArgumentParser(prog="Benchmarks/run request-log", description=__doc__)
    parser.add_argument("--lines", type=int, default=5_000_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--rate", type=int, default=5000, help="requests per second")
    parser.add_argument("--seconds", type=int, default=10, help="length of a round's part")
    parser.add_argument("--clients", type=int, default=10, help="kept connections")
    parser.add_argument("--restarts", type=int, default=10)
    parser.add_argument("--quick", action="store_true", help="few lines, two short rounds, no result file")
    options = parser.parse_args(arguments)
    if options.quick:
        options.lines, options.rounds, options.seconds, options.restarts = 200_000, 2, 2, 2
    result = Result("The request log")
    speed(result, options)
    restarts(result, options)
    cost(result, options)
    driver.note_binaries(result)
    result.publish(path, options.quick)


def speed(result, options):
    rounds = 1 if options.quick else 3
    alone = [driver.run("request-log", "parse", f"--lines={options.lines}") for _ in range(rounds)]
    result.add(
        "lines a second, the parser alone", statistics.median(run["lines"] / run["seconds"] for run in alone),
        form="{:,.0f}")
    whole = [through_socket(options.lines) for _ in range(rounds)]
    result.at_least(
        "lines a second of one core, from the socket to the counters",
        statistics.median(run["lines"] / run["cpuSeconds"] for run in whole), 100_000, form="{:,.0f}")
    result.add(
        "the same by the clock, with a writer that shares the machine",
        statistics.median(run["lines"] / run["seconds"] for run in whole), form="{:,.0f}")
    result.at_most("lines lost on the way", sum(run["lost"] for run in whole), 0)


def through_socket(lines):
    cores = sorted(all_cores())
    with temporary_folder() as folder:
        socket = f"{folder}/requests.sock"
        command = [driver.binary("BenchmarkDriver"), "request-log"]
        reader = subprocess.Popen(
            command + ["read", f"--socket={socket}", f"--lines={lines}"], stdout=subprocess.PIPE, text=True,
            preexec_fn=lambda: os.sched_setaffinity(0, {cores[-1]}))
        try:
            subprocess.run(
                command + ["write", f"--socket={socket}", f"--lines={lines}"], check=True, timeout=600,
                preexec_fn=lambda: os.sched_setaffinity(0, set(cores[:-1] or cores)))
            return json.loads(reader.communicate(timeout=60)[0].splitlines()[-1])
        finally:
            reader.kill()


def restarts(result, options):
    rate = 500 if options.quick else 2000
    loads = []
    for ending, words in ENDINGS.items():
        seen = restarted(ending, rate, options)
        loads.append(seen["load"])
        result.add(f"requests while {words} {options.restarts} times", seen["requests"], form="{:,}")
        without = seen["requests"] - seen["linesReceived"]
        if ending == "killed":
            result.add("of them without a line that was counted", without)
            result.add("— the same, a kill", without / options.restarts, form="{:.1f}")
        else:
            result.at_most("of them without a line", without, 0)
        if ending == "cancelled":
            result.at_most("lines that are known to be lost", seen["linesLost"], 0)
    result.note(
        f"Restarts: {rate} requests a second (7 reads, 3 writes, 1 of 5 over a new connection). What is restarted is the"
        " reader, the same code as in the control plane: as a task that is cancelled, which is what SIGTERM does to it there,"
        " and as a process of its own. It is away for 1 s and more, well within what the ring holds; the socket is held"
        " meanwhile, as a service of the tree does it (docs/adr/0026), so that HAProxy never finds it closed")
    result.note(
        "Lines of processes are the sum of what each life had counted; a killed one's count is that of its last millisecond."
        " What a killed reader had not read of its connections is lost, which is why the product's gap counts as not seen")
    add_clients_side(result, together(loads))


def restarted(ending, rate, options):
    with temporary_folder() as folder:
        slots = [backends.start(folder, name, all_cores()) for name in ("blue", "green")]
        try:
            return driver.run(
                "request-log", "restarts", f"--ending={ending}", f"--folder={folder}", f"--blue={slots[0].port}",
                f"--green={slots[1].port}", f"--restarts={options.restarts}", f"--rate={rate}")
        finally:
            for slot in slots:
                slot.stop()


def together(loads):
    """The sum of what clients saw; of the failures, those of the first load that had some."""
    failed = next((load for load in loads if load["failed"]), loads[0])
    return {**failed, **{name: sum(load[name] for load in loads) for name in ("total", "failed", "applicationErrors", "unsent")}}


class Subject:
    """A HAProxy with the log or without, and its numbers."""

    def __init__(self, name, log, share, folder, cores, load_cores):
        self.name, self.log, self.folder = name, log, f"{folder}/{name.replace(' ', '-').replace(',', '')}"
        self.proxy_cpu, self.reader_cpu, self.p99 = [], [], []
        os.mkdir(self.folder, 0o711)
        os.chmod(self.folder, 0o711)
        self.slots = [backends.start(self.folder, slot, load_cores) for slot in ("blue", "green")]
        # HAProxy counts its cores when it starts.
        self.process = subprocess.Popen(
            [driver.binary("BenchmarkDriver"), "request-log", "serve", f"--log={log}", f"--share={share}",
             f"--folder={self.folder}", f"--blue={self.slots[0].port}", f"--green={self.slots[1].port}"],
            stdout=subprocess.PIPE, text=True, preexec_fn=lambda: os.sched_setaffinity(0, cores))
        self.url = json.loads(self.process.stdout.readline())["url"]
        for thread in pathlib.Path(f"/proc/{self.process.pid}/task").iterdir():
            os.sched_setaffinity(int(thread.name), load_cores)

    def proxy_processes(self):
        return [process for process in descendants(self.process.pid) if process != self.process.pid]

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        ended = json.loads(self.process.communicate(timeout=30)[0].splitlines()[-1])
        for slot in self.slots:
            slot.stop()
        return ended


def cost(result, options):
    cores = sorted(all_cores())
    proxy_cores, load_cores = {cores[-1]}, set(cores[:-1] or cores)
    kinds = [("no log", "none", 0), ("log", "read", 0), ("no log, divided", "none", 5000), ("log, divided", "read", 5000)]
    subjects = []
    with temporary_folder() as folder:
        try:
            for name, log, share in kinds:
                subjects.append(Subject(name, log, share, folder, proxy_cores, load_cores))
            for number in range(options.rounds):
                for subject in subjects:
                    measure(subject, options, folder, load_cores)
                    print(
                        f"round {number + 1}/{options.rounds}: {subject.name}: HAProxy {subject.proxy_cpu[-1]:.1f} µs, "
                        f"reader {subject.reader_cpu[-1]:.1f} µs CPU a request", flush=True)
        finally:
            ended = [subject.stop() for subject in subjects]
    add_cost(result, subjects, ended, options)


def measure(subject, options, folder, load_cores):
    def at_fixed_rate(seconds):
        return load.at_fixed_rate(subject.url, None, options.rate, seconds, options.clients, load_cores, folder)

    at_fixed_rate(1)
    for _ in range(ATTEMPTS):
        proxy, reader = cpu_seconds(subject.proxy_processes()), cpu_seconds([subject.process.pid])
        fixed = at_fixed_rate(options.seconds)
        # The last lines are read a moment later.
        time.sleep(0.1)
        proxy, reader = cpu_seconds(subject.proxy_processes()) - proxy, cpu_seconds([subject.process.pid]) - reader
        if fixed.failed:
            raise SystemExit(f"{subject.name}: {fixed.failed} of {fixed.requests} requests failed: no measurement.")
        if abs(fixed.requests_per_second / options.rate - 1) <= 0.01 or options.quick:
            break
        print(f"{subject.name}: {fixed.requests_per_second:.0f}/s, the rate was not held: once more", flush=True)
    else:
        raise SystemExit(f"{subject.name}: {options.rate} requests a second can't be held here: no measurement.")
    subject.proxy_cpu.append(proxy / fixed.requests * 1e6)
    subject.reader_cpu.append(reader / fixed.requests * 1e6)
    subject.p99.append(fixed.p99_milliseconds)


def add_cost(result, subjects, ended, options):
    def added(values, others):
        return statistics.median(own - other for own, other in zip(values, others))

    rows = []
    for subject, bare in zip(subjects, [subjects[0], subjects[0], subjects[2], subjects[2]]):
        is_bare = subject is bare
        rows.append([
            subject.name, f"{statistics.median(subject.proxy_cpu):.1f}",
            "" if is_bare else f"{added(subject.proxy_cpu, bare.proxy_cpu):+.1f}",
            "" if is_bare else f"{statistics.median(a / b for a, b in zip(subject.proxy_cpu, bare.proxy_cpu)):.2f}",
            "" if is_bare else f"{statistics.median(subject.reader_cpu):.1f}",
            f"{statistics.median(subject.p99):.3f}", "" if is_bare else f"{added(subject.p99, bare.p99):+.3f}"])
    result.at_most(
        "lines lost while the cost was measured", sum(each["linesLost"] for each in ended), 0)
    result.compare(
        ["", "HAProxy's CPU a request (µs)", "added (µs)", "× without", "reader's CPU a request (µs)", "p99 (ms)",
         "added p99 (ms)"], rows,
        f"{options.rounds} interleaved rounds of {options.seconds} s at {options.rate} requests a second, HTTP/1.1 over "
        f"{options.clients} kept connections; medians of the rounds and of their differences. *Divided* is half of the "
        "requests on each of two slots, with units counted:")
