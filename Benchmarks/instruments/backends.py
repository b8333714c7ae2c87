"""Small application servers for the slots: nginx, which answers at once."""
import pathlib

from instruments.servers import Server, free_port, program

TEMPLATE = pathlib.Path(__file__).resolve().parent.parent / "peers" / "slot.conf"


def start(folder, name, cores, idle_timeout="75s"):
    """One process, so that killing it kills the server; connections idle longer than the timeout are closed."""
    port = free_port()
    text = TEMPLATE.read_text()
    for placeholder, value in {"@PORT@": port, "@FOLDER@": folder, "@NAME@": name, "@IDLE@": idle_timeout}.items():
        text = text.replace(placeholder, str(value))
    path = pathlib.Path(folder) / f"{name}.conf"
    path.write_text(text)
    return Server([program("nginx"), "-p", folder, "-c", str(path)], port, cores, log=f"{folder}/{name}.log")
