"""A small web application without a database, as Switchyard runs it: `app.py web|worker|clock`.

PUT /uploads/NAME keeps a file in the folder that releases share, GET gives it back. GET /assets/NAME gives a file of the
release's folder `assets`.

Everything it needs to know comes from the environment: HOST, PORT, RELEASE_VERSION and SHARED_DIRECTORY are given by
Switchyard, the rest are switches of this example, by which a release breaks on request:

    EXAMPLE_NEVER_HEALTHY          "true": /health answers 503
    EXAMPLE_EXIT_AT_START          0 to 255: the web process ends with this status as soon as it starts
    EXAMPLE_CRASH_WHILE_WARMING    the web process ends with status 70 at the health probe of this number
    EXAMPLE_CRASH_AFTER_REQUESTS   the web process ends with status 70 after so many requests of users
    EXAMPLE_CRASH_AFTER_SECONDS    the web process ends with status 70 after so many seconds
    EXAMPLE_ERROR_SHARE            0 to 1: the share of users' requests answered 500
    EXAMPLE_SLOW_MILLISECONDS      how long every request of a user takes
    EXAMPLE_END_SECONDS            how long a background process takes to end
"""

import os
import random
import signal
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

VERSION = os.environ.get("RELEASE_VERSION", "unknown")
CRASHED = 70
LONGEST_SHUTDOWN_SECONDS = 20

ending = threading.Event()


def number(name, kind=int):
    """The number that a switch holds; None while it is not set."""
    text = os.environ.get("EXAMPLE_" + name, "")
    return kind(text) if text else None


def shared_folder():
    """The folder that `shared:` in release.yaml names; both slots and all releases have the same one."""
    return os.path.join(os.environ.get("SHARED_DIRECTORY", "."), "data")


class Counter:
    """Counts across threads."""

    def __init__(self):
        self.lock = threading.Lock()
        self.value = 0

    def add(self, difference=1):
        with self.lock:
            self.value += difference
            return self.value


health_probes = Counter()
requests_of_users = Counter()
in_flight = Counter()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self):
        in_flight.add()
        try:
            self.route()
        finally:
            in_flight.add(-1)

    def do_POST(self):
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.do_GET()

    def do_PUT(self):
        in_flight.add()
        try:
            self.keep_upload()
        finally:
            in_flight.add(-1)

    def route(self):
        path = self.path.partition("?")[0]
        if path == "/health":
            return self.answer_health()
        if path == "/events":
            return self.stream_events()
        if path.startswith("/uploads/"):
            return self.answer_file(self.upload())
        if path.startswith("/assets/"):
            return self.answer_file(os.path.join("assets", os.path.basename(path)))
        self.misbehave()
        if random.random() < (number("ERROR_SHARE", float) or 0):
            return self.answer(500, "broken on request\n")
        self.answer(200, f"{self.command} {path} by {VERSION}\n")

    def upload(self):
        """Where the file of this request is kept."""
        return os.path.join(shared_folder(), os.path.basename(self.path) + ".upload")

    def keep_upload(self):
        """Says 201 once the whole file is on the disk; half a one is nobody's file."""
        length = int(self.headers.get("content-length", 0))
        body = self.rfile.read(length)
        if len(body) < length:
            self.close_connection = True
            return
        with open(f"{self.upload()}.{threading.get_ident()}.part", "wb") as part:
            part.write(body)
            part.flush()
            os.fsync(part.fileno())
        os.replace(part.name, self.upload())
        self.answer(201, f"kept by {VERSION}\n")

    def answer_file(self, path):
        try:
            with open(path, encoding="utf-8") as file:
                self.answer(200, file.read())
        except FileNotFoundError:
            self.answer(404, "no such file\n")

    def answer_health(self):
        if health_probes.add() == number("CRASH_WHILE_WARMING"):
            os._exit(CRASHED)
        if os.environ.get("EXAMPLE_NEVER_HEALTHY") == "true":
            return self.answer(503, "never healthy, on request\n")
        self.answer(200, "ok\n")

    def misbehave(self):
        if requests_of_users.add() == number("CRASH_AFTER_REQUESTS"):
            os._exit(CRASHED)
        time.sleep((number("SLOW_MILLISECONDS") or 0) / 1000)

    def stream_events(self):
        """Server-sent events, one each half second, until one of both sides ends."""
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("x-release", VERSION)
        self.send_header("connection", "close")
        self.end_headers()
        in_flight.add(-1)
        try:
            while not ending.is_set():
                self.wfile.write(f"data: {VERSION}\n\n".encode())
                ending.wait(0.5)
        except OSError:
            pass
        finally:
            in_flight.add(1)
            self.close_connection = True

    def answer(self, status, text):
        body = text.encode()
        self.send_response(status)
        self.send_header("content-type", "text/plain; charset=utf-8")
        self.send_header("content-length", str(len(body)))
        self.send_header("x-release", VERSION)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format, *arguments):
        """The proxy logs requests; twice is too often."""


class Server(ThreadingHTTPServer):
    request_queue_size = 512
    daemon_threads = True


def web():
    status = number("EXIT_AT_START")
    if status is not None:
        sys.exit(status)
    server = Server((os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8000"))), Handler)
    seconds = number("CRASH_AFTER_SECONDS", float)
    if seconds is not None:
        threading.Timer(seconds, os._exit, [CRASHED]).start()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
    print(f"listening on port {server.server_port}", flush=True)
    ending.wait()
    server.shutdown()
    server.server_close()
    deadline = time.monotonic() + LONGEST_SHUTDOWN_SECONDS
    while in_flight.value > 0 and time.monotonic() < deadline:
        time.sleep(0.02)


def background(process):
    """Says in the shared folder that it begins, works and ends; who reads it sees whether two ever ran at once."""
    path = os.path.join(shared_folder(), process + ".log")
    with open(path, "a", buffering=1) as log:
        print(f"{VERSION} {os.getpid()} begins", file=log)
        while not ending.wait(0.1):
            print(f"{VERSION} {os.getpid()} works", file=log)
        time.sleep(number("END_SECONDS", float) or 0)
        print(f"{VERSION} {os.getpid()} ends", file=log)


if __name__ == "__main__":
    for caught in (signal.SIGTERM, signal.SIGINT):
        signal.signal(caught, lambda *_: ending.set())
    process = sys.argv[1] if len(sys.argv) > 1 else "web"
    if process == "web":
        web()
    else:
        background(process)
