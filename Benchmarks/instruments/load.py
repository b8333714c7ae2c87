"""Public load generators, and what they saw."""
import dataclasses
import pathlib
import re
import subprocess
import urllib.parse

from instruments.servers import program


@dataclasses.dataclass
class FixedRate:
    """One run at a fixed rate."""
    requests: int
    failed: int
    requests_per_second: float
    p50_milliseconds: float
    p99_milliseconds: float


def at_fixed_rate(url, host, rate, seconds, clients, cores, folder):
    """h2load over HTTP/1.1 with kept connections; each client keeps its share of the rate."""
    log = pathlib.Path(folder) / "requests.tsv"
    log.unlink(missing_ok=True)
    command = [
        "taskset", "-c", comma_list(cores), program("h2load"), "--h1", f"--clients={clients}", "--threads=1",
        f"--rps={rate / clients:g}", f"--duration={seconds}", f"--log-file={log}"]
    target = url
    if host:
        # A second Host header is all that --header would add over HTTP/1.1.
        address = urllib.parse.urlsplit(url)
        command.append(f"--connect-to={address.netloc}")
        target = address._replace(netloc=host).geturl()
    try:
        subprocess.run(command + [target], check=True, stdout=subprocess.DEVNULL, timeout=seconds + 15)
    except subprocess.TimeoutExpired:
        raise SystemExit(f"h2load hangs on {url}, as it does when every answer closes the connection.") from None
    rows = [tuple(int(field) for field in line.split("\t")) for line in log.read_text().splitlines()]
    good = sorted(microseconds for _, status, microseconds in rows if status == 200)
    if len(good) < 2:
        raise SystemExit(f"{url} answered {len(good)} of {len(rows)} requests with 200: nothing to measure.")
    span = (max(row[0] for row in rows) - min(row[0] for row in rows)) / 1e6
    return FixedRate(
        requests=len(rows), failed=len(rows) - len(good), requests_per_second=len(rows) / span,
        p50_milliseconds=quantile(good, 0.5) / 1000, p99_milliseconds=quantile(good, 0.99) / 1000)


def saturated_requests_per_second(url, host, seconds, connections, cores):
    """wrk as fast as it gets answers."""
    command = [
        "taskset", "-c", comma_list(cores), program("wrk"), "--threads=1", f"--connections={connections}",
        f"--duration={seconds}s"]
    if host:
        command += ["--header", f"Host: {host}"]
    output = subprocess.run(
        command + [url], check=True, capture_output=True, text=True, timeout=seconds + 60).stdout
    if "Non-2xx" in output or "Socket errors" in output:
        raise SystemExit(f"{url} failed under saturation:\n{output}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", output).group(1))


def quantile(ordered, share):
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def comma_list(cores):
    return ",".join(str(core) for core in sorted(cores))
