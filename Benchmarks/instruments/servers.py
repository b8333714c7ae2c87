"""Starting, stopping and watching the servers of a measurement."""
import os
import pathlib
import signal
import socket
import subprocess
import time

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def all_cores():
    return set(os.sched_getaffinity(0))


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def program(name):
    """The path of a program; Debian keeps servers in /usr/sbin, which is not on everybody's PATH."""
    for folder in os.environ.get("PATH", "").split(":") + ["/usr/sbin", "/usr/local/sbin"]:
        path = pathlib.Path(folder) / name
        if path.is_file() and os.access(path, os.X_OK):
            return str(path)
    raise SystemExit(f"'{name}' is missing: run 'scripts/setup bench'.")


def is_listening_within(port, seconds):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return True
        time.sleep(0.02)
    return False


class Server:
    """A child process with all its descendants."""

    def __init__(self, command, port, cores, log, environment=None):
        self.port = port
        with open(log, "ab") as output:
            self.process = subprocess.Popen(
                command, stdout=output, stderr=output, env={**os.environ, **(environment or {})},
                preexec_fn=lambda: os.sched_setaffinity(0, cores), start_new_session=True)
        if not is_listening_within(port, seconds=10):
            self.stop()
            raise SystemExit(f"{command[0]} does not listen on port {port}:\n{pathlib.Path(log).read_text()[-2000:]}")

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/"

    def process_ids(self):
        return descendants(self.process.pid)

    def stop(self):
        os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def descendants(root):
    """A process and everything below it, by parent ids from /proc."""
    children = {}
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            fields = stat_fields(int(entry.name))
            if fields:
                children.setdefault(int(fields[1]), []).append(int(entry.name))
    found, waiting = [], [root]
    while waiting:
        process = waiting.pop()
        found.append(process)
        waiting += children.get(process, [])
    return found


def cpu_seconds(process_ids):
    """utime + stime of these processes, all threads included; resolution 1 clock tick (10 ms)."""
    ticks = 0
    for process in process_ids:
        fields = stat_fields(process)
        if fields:
            ticks += int(fields[11]) + int(fields[12])
    return ticks / TICKS_PER_SECOND


def stat_fields(process):
    """The fields of /proc/PID/stat after the name in parentheses, beginning with the state."""
    try:
        return pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
