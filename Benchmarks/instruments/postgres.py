"""A PostgreSQL of a measurement's own, sessions on it and pgbench's load."""
import copy
import os
import pathlib
import pwd
import re
import secrets
import signal
import subprocess
import time

from instruments.load import quantile
from instruments.servers import free_port, is_listening_within

# As a server for work is set up; everything else is as initdb leaves it, durability included.
SETTINGS = {"shared_buffers": "512MB", "max_wal_size": "4GB", "checkpoint_timeout": "15min"}
# Its programs refuse to run as root.
SERVER_USER = "postgres"
DATABASE = "postgres"


class Postgres:
    """A private cluster, on the loopback only and with a password of its own; `stop` ends it."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder) / "postgres"
        self.folder.mkdir(mode=0o700)
        self.port, self.password = free_port(), secrets.token_hex(16)
        self.database = DATABASE
        self.identity = {}
        if os.geteuid() == 0:
            user = pwd.getpwnam(SERVER_USER)
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            self.identity = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        self._initialize()
        settings = {
            **SETTINGS, "port": self.port, "listen_addresses": "127.0.0.1", "unix_socket_directories": self.folder}
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(
                [postgres_program("postgres"), "-D", str(self.folder / "data")]
                + [f"--{name}={value}" for name, value in settings.items()],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder, **self.identity)
        self._wait_until_it_answers()

    def _initialize(self):
        password_file = self.folder / "password"
        password_file.write_text(self.password)
        password_file.chmod(0o600)
        if self.identity:
            os.chown(password_file, self.identity["user"], self.identity["group"])
        subprocess.run(
            [postgres_program("initdb"), f"--pgdata={self.folder}/data", f"--username={SERVER_USER}",
             f"--pwfile={password_file}", "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8"],
            check=True, stdout=subprocess.DEVNULL, cwd=self.folder, **self.identity)

    def _wait_until_it_answers(self):
        deadline = time.monotonic() + 30
        if is_listening_within(self.port, seconds=30):
            while time.monotonic() < deadline and self.process.poll() is None:
                answer = subprocess.run(self.psql("--command=SELECT 1"), env=self.environment, capture_output=True)
                if answer.returncode == 0:
                    return
                time.sleep(0.05)
        said = (self.folder / "log").read_text()[-2000:]
        self.stop()
        raise SystemExit(f"PostgreSQL does not start:\n{said}")

    @property
    def environment(self):
        return {
            **os.environ, "PGHOST": "127.0.0.1", "PGPORT": str(self.port), "PGUSER": SERVER_USER,
            "PGPASSWORD": self.password, "PGDATABASE": self.database}

    @property
    def url(self):
        return f"postgres://{SERVER_USER}:{self.password}@127.0.0.1:{self.port}/{self.database}"

    @staticmethod
    def psql(*options):
        return [
            postgres_program("psql"), "--no-psqlrc", "--quiet", "--no-align", "--tuples-only", *options]

    def run(self, *statements):
        """Statements, each a transaction of its own, of which none may fail; answers what they print."""
        command = self.psql("--set=ON_ERROR_STOP=1", *(f"--command={statement}" for statement in statements))
        finished = subprocess.run(command, env=self.environment, capture_output=True, text=True)
        if finished.returncode != 0:
            raise SystemExit(f"PostgreSQL refused {statements}: {finished.stderr.strip()}")
        return finished.stdout.strip()

    def copy(self, name):
        """The same server with a new database, which is a copy of this one; nobody may be connected to this one."""
        other = copy.copy(self)
        other.database = "template1"
        other.run(f"CREATE DATABASE {name} TEMPLATE {self.database}")
        other.database = name
        return other

    def settle(self):
        """Before something is timed: nothing that was written before is to be flushed meanwhile."""
        self.run("CHECKPOINT")

    def facts(self):
        settings = ", ".join(f"{name} {value}" for name, value in SETTINGS.items())
        return f"PostgreSQL {self.run('SHOW server_version')}, {settings}, else as initdb leaves it"

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(20)


class Session:
    """One kept session, asked statement by statement."""

    END = "-- end of the answer"

    def __init__(self, server):
        self.process = subprocess.Popen(
            server.psql(), env=server.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, bufsize=1)

    def ask(self, statements):
        """What psql prints, errors included, as lines. A transaction must be one that does not fail."""
        self.process.stdin.write(f"{statements};\nSELECT '{self.END}';\n")
        lines = []
        for line in self.process.stdout:
            if line.rstrip("\n") == self.END:
                return lines
            lines.append(line.rstrip("\n"))
        raise SystemExit(f"psql ended: {lines}")

    def close(self):
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Clients:
    """pgbench, which notes every transaction: at a fixed rate (an open loop), or as fast as it gets answers."""

    def __init__(self, server, folder, clients, seconds, script=None, rate=None):
        self.logs, self.rate = pathlib.Path(folder), rate
        self.logs.mkdir()
        command = [
            postgres_program("pgbench"), "--no-vacuum", f"--client={clients}", "--jobs=1", f"--time={seconds}", "--log",
            f"--log-prefix={self.logs}/transactions"]
        if rate:
            command.append(f"--rate={rate}")
        if script:
            (self.logs / "script.sql").write_text(script)
            command.append(f"--file={self.logs}/script.sql")
        self.seconds = seconds
        self.process = subprocess.Popen(
            command, env=server.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True)

    def milliseconds(self, since=0.0):
        """Waits for the end; each transaction's time, from when it was due, of those that ended after a moment."""
        said, complaint = self.process.communicate(timeout=self.seconds + 60)
        if self.process.returncode != 0 or "aborted" in complaint:
            raise SystemExit(f"pgbench failed: {said[-1000:]}{complaint[-1000:]}")
        found = []
        for log in self.logs.glob("transactions.*"):
            for line in log.read_text().splitlines():
                _, _, microseconds, _, seconds, fraction = line.split()[:6]
                if int(seconds) + int(fraction) / 1e6 >= since:
                    found.append(int(microseconds) / 1000)
        if not found:
            raise SystemExit("pgbench ended without a transaction.")
        return sorted(found)

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(20)


def initialize_pgbench(server, scale):
    """The tables of pgbench's own (TPC-B-like) transactions."""
    subprocess.run(
        [postgres_program("pgbench"), "--initialize", "--quiet", f"--scale={scale}"], env=server.environment,
        check=True, capture_output=True)


def p95(ordered):
    return quantile(ordered, 0.95)


def postgres_program(name):
    """Debian keeps a folder a version, with the server's programs on nobody's PATH; the newest is taken."""
    folders = sorted(
        pathlib.Path("/usr/lib/postgresql").glob("*/bin"), reverse=True,
        key=lambda folder: [int(part) for part in re.findall(r"\d+", folder.parent.name)])
    for folder in [*folders, *(pathlib.Path(part) for part in os.environ.get("PATH", "").split(":"))]:
        path = folder / name
        if path.is_file() and os.access(path, os.X_OK):
            return str(path)
    raise SystemExit(f"PostgreSQL's '{name}' is missing: run 'scripts/setup bench'.")
