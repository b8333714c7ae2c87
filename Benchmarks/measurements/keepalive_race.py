"""Clients post every 49 ms to a server that closes its idle connections after 50 ms.

A write that meets the closing can't be sent again safely, so Switchyard's proxy puts none on a kept connection to the
server. A minimal HAProxy, which does, carries the same load for comparison.
"""
import argparse
import pathlib
import time

from instruments import backends, driver
from instruments.result import Result, add_clients_side, temporary_folder
from instruments.servers import Server, all_cores, free_port, program

PEERS = pathlib.Path(__file__).resolve().parent.parent / "peers"
CLIENTS, MILLISECONDS, IDLE = 40, 49, "50ms"


def main(arguments, path):
    parser = argparse.ArgumentParser(prog="Benchmarks/run keepalive-race", description=__doc__)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--quick", action="store_true", help="5 seconds, no result file")
    options = parser.parse_args(arguments)
    if options.quick:
        options.seconds = 5
    with temporary_folder() as folder:
        server = backends.start(folder, "blue", all_cores(), idle_timeout=IDLE)
        try:
            own = driver.run(
                "idle-race", f"--folder={folder}", f"--blue={server.port}", f"--green={server.port}",
                f"--clients={CLIENTS}", f"--every={MILLISECONDS}", f"--duration={options.seconds}")
            bare = through_bare(folder, server.port, options.seconds)
        finally:
            server.stop()
    result = Result("The keep-alive race")
    add_clients_side(result, own)
    result.add("for comparison, a minimal HAProxy: requests", bare["total"], form="{:,}")
    result.add("— failed", bare["failed"])
    result.note(
        f"{CLIENTS} clients, a POST every {MILLISECONDS} ms each; the server closes connections idle for {IDLE}")
    if not bare["failed"]:
        result.note(
            "The minimal HAProxy met the race in no request either: on loopback it hears of a closing within "
            "microseconds. This run does not tell the two apart")
    result.publish(path, options.quick)


def through_bare(folder, backend, seconds):
    port = free_port()
    text = (PEERS / "haproxy.cfg").read_text().replace("@PORT@", str(port)).replace("@BACKEND@", str(backend))
    configuration = pathlib.Path(folder) / "bare.cfg"
    configuration.write_text(text)
    proxy = Server(
        [program("haproxy"), "-db", "-f", str(configuration)], port, all_cores(), log=f"{folder}/bare.log")
    try:
        load = driver.Load(
            proxy.url, None, ["/"], CLIENTS * 1000 / MILLISECONDS, identities=CLIENTS, new_connections=0, writes=True)
        time.sleep(seconds)
        return load.end()
    finally:
        proxy.stop()
