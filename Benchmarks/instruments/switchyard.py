"""The HAProxy of a running switchyard, with a measurement's backend behind its slots for a while."""
import json
import os
import pathlib
import re
import socket
import time

from instruments.servers import descendants


class RunningSwitchyard:
    """Reads the folder that Switchyard gave its HAProxy: haproxy.cfg, ports.json, maps/, run/master.sock.

    `confine` gives it some cores and a thread for each, `repoint` gives every slot's server the address of the backend
    under test, `restore` takes both back.
    """

    def __init__(self, folder, url, host):
        self.folder = pathlib.Path(folder)
        self.socket = str(self.folder / "run" / "master.sock")
        self.url = url or self.url_from_ports()
        self.host = host or self.first_host()
        self.addresses = []

    def url_from_ports(self):
        ports = json.loads((self.folder / "ports.json").read_text())
        for name, port in ports.items():
            if "https" not in name.lower() and isinstance(port, int):
                return f"http://127.0.0.1:{port}/"
        raise SystemExit(f"{self.folder}/ports.json names no HTTP port: give --url.")

    def first_host(self):
        for line in (self.folder / "maps" / "hosts.map").read_text().splitlines():
            if line.strip() and not line.startswith("#"):
                return line.split()[0]
        return None

    def ask(self, command):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(5)
            connection.connect(self.socket)
            connection.sendall(command.encode() + b"\n")
            connection.shutdown(socket.SHUT_WR)
            answer = b""
            while chunk := connection.recv(65536):
                answer += chunk
        return answer.decode()

    def confine(self, cores):
        """HAProxy counts its cores when a worker starts: threads that share a core would wait for each other."""
        self.pin(cores)
        self.reload()

    def reload(self):
        before = self.worker()
        self.ask("reload")
        for _ in range(100):
            time.sleep(0.1)
            try:
                if self.worker() not in (None, before):
                    return
            except OSError:
                pass  # the master is between its two lives
        raise SystemExit("HAProxy was not ready 10 s after it was asked to reload.")

    def worker(self):
        """The process id of the worker that takes new connections; None while there is none."""
        found = re.search(r"^(\d+)\s+worker", self.ask("show proc"), re.MULTILINE)
        return found and int(found.group(1))

    def repoint(self, port):
        for line in self.ask("@1 show servers state").splitlines():
            fields = line.split()
            # Columns 2, 4, 5 and 19 are backend, server, address and port; slots that are off have port 0.
            if len(fields) > 18 and fields[0].isdigit() and fields[18] not in ("0", "-"):
                self.addresses.append((f"{fields[1]}/{fields[3]}", fields[4], fields[18]))
        for server, _, _ in self.addresses:
            answer = self.ask(f"@1 set server {server} addr 127.0.0.1 port {port}")
            if "changed from" not in answer and "no need to change" not in answer:
                raise SystemExit(f"HAProxy did not take the backend for {server}: {answer.strip()}")

    def restore(self):
        for server, address, port in self.addresses:
            self.ask(f"@1 set server {server} addr {address} port {port}")
        self.addresses = []
        self.confine(os.sched_getaffinity(0))

    def process_ids(self):
        master = re.search(r"^(\d+)\s+master", self.ask("show proc"), re.MULTILINE)
        return descendants(int(master.group(1)))

    def pin(self, cores):
        for process in self.process_ids():
            for thread in pathlib.Path(f"/proc/{process}/task").iterdir():
                os.sched_setaffinity(int(thread.name), cores)
