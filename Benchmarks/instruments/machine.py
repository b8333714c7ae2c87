"""What a result needs to be understood elsewhere: the machine and the programs' versions."""
import datetime
import os
import pathlib
import platform
import re
import socket
import subprocess

from instruments.servers import program

VERSION_COMMANDS = {
    "HAProxy": ("haproxy", "-v"),
    "nginx": ("nginx", "-v"),
    "Caddy": ("caddy", "version"),
    "h2load": ("h2load", "--version"),
    "wrk": ("wrk", "-v"),
}


def facts():
    """Lines of Markdown."""
    text = pathlib.Path("/proc/cpuinfo").read_text()
    model = re.search(r"model name\s*:\s*(.*)", text)
    memory = int(re.search(r"MemTotal:\s*(\d+)", pathlib.Path("/proc/meminfo").read_text()).group(1)) / 1048576
    versions = ", ".join(f"{name} {version(*command)}" for name, command in VERSION_COMMANDS.items())
    return [
        f"- Machine: `{socket.gethostname()}`, {model.group(1).strip() if model else platform.machine()}, "
        f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.release()}",
        f"- Versions: {versions}",
        f"- Load average of the last minute, the measurement's own included: {os.getloadavg()[0]:.1f}",
        f"- Date: {datetime.date.today().isoformat()}, commit {commit()}",
    ]


def version(name, flag):
    result = subprocess.run([program(name), flag], capture_output=True, text=True)
    found = re.search(r"\d+\.\d+[\w.\-+]*", result.stdout + result.stderr)
    return found.group(0) if found else "of unknown version"


def commit():
    """The commit, with "-dirty" where anything differs from it but the tables that a run writes itself."""
    def git(*arguments):
        return subprocess.run(["git", *arguments], capture_output=True, text=True).stdout.strip()

    edited = git("status", "--porcelain", "--untracked-files=no", "--", ":/", ":(top,exclude)Benchmarks/results")
    return (git("rev-parse", "--short", "HEAD") or "unknown") + ("-dirty" if edited else "")
