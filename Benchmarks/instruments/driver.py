"""The load driver of this package, and what it saw."""
import json
import os
import pathlib
import subprocess
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
# Others than the ones that `make bench` builds, such as installed ones, are measured where this names their folder.
BINARIES = pathlib.Path(os.environ.get("SWITCHYARD_BINARIES") or ROOT / ".build" / "release")


def binary(name):
    path = BINARIES / name
    if not path.exists():
        raise SystemExit(f"There is no {path}: run 'make bench', or build it with --configuration release.")
    return str(path)


def note_binaries(result):
    """Says in a result when others than this commit's release build were measured."""
    if BINARIES != ROOT / ".build" / "release":
        kind = "a debug build" if BINARIES.name == "debug" else "those"
        result.note(
            f"Switchyard's binaries are not this commit's release build, but {kind} that SWITCHYARD_BINARIES names")


def run(*arguments, timeout=600, shows_progress=False):
    """A command of the driver to its end; answers its result. Its progress goes to the terminal if it is shown."""
    command = [binary("BenchmarkDriver")] + [str(argument) for argument in arguments]
    errors = None if shows_progress else subprocess.PIPE
    finished = subprocess.run(command, stdout=subprocess.PIPE, stderr=errors, text=True, timeout=timeout)
    if finished.returncode != 0:
        raise SystemExit(f"{' '.join(command)} failed: {(finished.stderr or '').strip()[-2000:]}")
    return json.loads(finished.stdout.splitlines()[-1])


class Load:
    """A load that goes on until it is ended; `report` is the newest one."""

    def __init__(self, url, host, paths, rate, identities=50, new_connections=0.2, writes=False):
        command = [
            binary("BenchmarkDriver"), "load", f"--url={url}", f"--rate={rate}", f"--identities={identities}",
            f"--new-connections={new_connections}", "--interval=50"] + [f"--path={path}" for path in paths]
        if host:
            command.append(f"--host={host}")
        if writes:
            # Through a proxy that does not say which answers it made up: every 502, 503 and 504 is its own.
            command += ["--writes", "--forwarded-header=none"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.report = None
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.report = json.loads(line)

    def wait_for(self, condition, what, seconds=20):
        """The first report that fulfils a condition."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            report = self.report
            if report and condition(report):
                return report
            time.sleep(0.02)
        raise SystemExit(f"The load did not see within {seconds} s: {what}. It saw: {self.report}")

    def end(self):
        self.process.terminate()
        self.process.wait(30)
        self.reader.join(5)
        return self.report


def last_on(report, slot):
    """When the last request was sent that a slot answered, in seconds since 1970."""
    sighting = report["sightings"].get(slot)
    return sighting["lastRequestStarted"] if sighting else None
