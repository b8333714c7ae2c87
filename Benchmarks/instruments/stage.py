"""A whole switchyard in a folder: supervisor tree, HAProxy, PostgreSQL, control plane, FreightOps in its slots."""
import json
import os
import pathlib
import signal
import subprocess
import time
import urllib.request

from instruments import driver
from instruments.servers import descendants, stat_fields

CONFIGURATION = """\
application: freightops
environments:
  production:
    domains: [app.freightops.com]
    database: embedded
    settings:
      SAMPLE_LOADS: "200"
    strategy: blue_green
    bake: 1s
    drain: 10s
    close_spread: 1s
    recovery: 5s
traffic:
  http: 127.0.0.1:0
api:
  listen: 127.0.0.1:0
"""
HOST = "app.freightops.com"
PAGES = ["/api/loads?limit=10", "/api/vehicles?limit=10", "/dispatch", "/health"]
ASSEMBLE = driver.ROOT / "FreightOps" / "assemble-release"


class Stage:
    """Everything is ended and looked after by `clear`; the folder stays the caller's."""

    def __init__(self, folder, configuration=CONFIGURATION):
        self.state = pathlib.Path(folder) / "state"
        self.assembled = pathlib.Path(folder) / "assembled"
        self.state.mkdir(mode=0o711)
        (self.state / "switchyard.yaml").write_text(configuration)
        self.log = open(self.state / "serve.log", "ab")
        self.control_plane = None

    def start(self):
        """Executes `switchyard serve`; answers the seconds until its health is 200."""
        began = time.monotonic()
        self.control_plane = subprocess.Popen(
            [driver.binary("switchyard"), "serve", f"--config={self.state}/switchyard.yaml", f"--state={self.state}"],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, start_new_session=True)
        while time.monotonic() - began < 60:
            if self.is_healthy():
                return time.monotonic() - began
            if self.control_plane.poll() is not None:
                break
            time.sleep(0.002)
        raise SystemExit("The control plane did not start:\n" + (self.state / "serve.log").read_text()[-3000:])

    def is_healthy(self):
        """Only the process of now counts: the endpoint's file survives the one before."""
        try:
            endpoint = json.loads((self.state / "api.json").read_text())
            if endpoint["pid"] != self.control_plane.pid:
                return False
            with urllib.request.urlopen(endpoint["url"] + "/health", timeout=1) as answer:
                return answer.status == 200
        except (OSError, ValueError):
            return False

    def kill_control_plane(self):
        os.kill(self.control_plane.pid, signal.SIGKILL)
        self.control_plane.wait()

    def command(self, *arguments, accepted=(0,), timeout=120):
        """A switchyard command to its end, which must be an accepted exit code; answers its output."""
        finished = subprocess.run(
            [driver.binary("switchyard"), *arguments, f"--state={self.state}"], capture_output=True, text=True,
            stdin=subprocess.DEVNULL, timeout=timeout)
        if finished.returncode not in accepted:
            said = finished.stdout + finished.stderr
            raise SystemExit(f"switchyard {' '.join(arguments)} ended with {finished.returncode}: {said}")
        return finished.stdout

    def add_releases(self, *versions):
        for version in versions:
            self.add_release(version)

    def add_release(self, version, base=None, switches=None):
        """A release of FreightOps; with `base`, that one under another version and with other switches."""
        folder = self.assembled / version
        subprocess.run(
            ["sh", str(ASSEMBLE), base or version, driver.binary("freightops"), str(folder)], check=True,
            stdout=subprocess.DEVNULL)
        manifest = folder / "release.yaml"
        text = manifest.read_text().replace(f"version: {base}", f"version: {version}")
        for name, value in (switches or {}).items():
            text = text.replace(f'  {name}: "0"\n', "").replace("environment:\n", f'environment:\n  {name}: "{value}"\n')
        manifest.write_text(text)
        self.command("release", "create", str(folder))

    def status(self):
        # 1: something is wrong now, such as a database that a measurement has stopped.
        return json.loads(self.command("status", "--json", accepted=(0, 1)))

    @property
    def url(self):
        """Where users come in."""
        return next(url for url in self.status()["traffic"] if url.startswith("http:"))

    def deploy(self, version):
        self.command("deploy", version)

    def wait_until_idle(self):
        """Until no deployment is under way: the one before may still be draining."""
        self.wait_until(
            lambda: not any(environment.get("current") for environment in self.status()["environments"]),
            "no deployment is under way")

    def supervised(self, service):
        """The process that runit runs for a service, 0 when it is down."""
        path = self.state / "supervisor" / "services" / service / "supervise" / "pid"
        text = path.read_text().strip() if path.exists() else ""
        return int(text) if text else 0

    def stop_database(self):
        """Stops PostgreSQL and takes away a file that it cannot start without: the control plane would start it."""
        server = self.supervised("postgres")
        os.rename(self.control_file, self.control_file.with_suffix(".away"))
        os.kill(server, signal.SIGINT)
        self.wait_until(lambda: not is_alive(server), "PostgreSQL has ended")

    def give_database_back(self):
        os.rename(self.control_file.with_suffix(".away"), self.control_file)

    @property
    def control_file(self):
        return self.state / "postgres" / "data" / "global" / "pg_control"

    def wait_for_database(self):
        """Until the application reaches it."""
        url = self.url
        self.wait_until(lambda: answers(f"{url}/health/database"), "the application reaches its database")

    @staticmethod
    def wait_until(condition, what, seconds=60):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if condition():
                return
            time.sleep(0.05)
        raise SystemExit(f"Not within {seconds} s: {what}.")

    def haproxy_processes(self):
        return descendants(self.supervised("haproxy"))

    def clear(self):
        if self.control_plane and self.control_plane.poll() is None:
            self.control_plane.terminate()
            self.control_plane.wait(30)
        subprocess.run(
            [driver.binary("switchyard"), "down", f"--state={self.state}", "--deadline=15"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=90)
        self.log.close()


def answers(url, seconds=2):
    """Whether FreightOps says 200 there."""
    try:
        request = urllib.request.Request(url, headers={"Host": HOST})
        with urllib.request.urlopen(request, timeout=seconds) as answer:
            return answer.status == 200
    except OSError:
        return False


def is_alive(process):
    fields = stat_fields(process)
    return fields is not None and fields[0] != "Z"
