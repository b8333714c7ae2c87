"""Notes in PostgreSQL: a small WSGI application, as Switchyard or anything else may run it.

    GET  /                  the newest notes, as JSON
    POST /                  adds one: a JSON object with the fields below
    GET  /health            the process is well
    GET  /health/database   and reaches its database
"""

import json
import os
import threading

import psycopg2
from psycopg2 import sql
from psycopg2.extras import RealDictCursor

FIELDS = ["text"]
LONGEST_BODY = 65_536

per_thread = threading.local()


def connection():
    """This thread's connection, opened again after the server closed it."""
    current = getattr(per_thread, "connection", None)
    if current is None or current.closed:
        current = psycopg2.connect(os.environ["DATABASE_URL"], connect_timeout=5)
        current.autocommit = True
        per_thread.connection = current
    return current


def query(statement, values=()):
    with connection().cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute(statement, values)
        return [dict(row) for row in cursor.fetchall()]


def names(of):
    return sql.SQL(", ").join(map(sql.Identifier, of))


def newest_notes():
    statement = sql.SQL("SELECT {} FROM note ORDER BY id DESC LIMIT 20")
    return query(statement.format(names(["id", *FIELDS])))


def add_note(note):
    given = [field for field in FIELDS if field in note]
    statement = sql.SQL("INSERT INTO note ({}) VALUES ({}) RETURNING {}").format(
        names(given), sql.SQL(", ").join(sql.Placeholder() * len(given)), names(["id", *FIELDS])
    )
    return query(statement, [str(note[field]) for field in given])[0]


def answer(environ):
    method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
    if path == "/health":
        return "200 OK", {"status": "well"}
    if path == "/health/database":
        return "200 OK", query("SELECT count(*) AS notes FROM note")[0]
    if path == "/" and method == "GET":
        return "200 OK", newest_notes()
    if path == "/" and method == "POST":
        length = min(int(environ.get("CONTENT_LENGTH") or 0), LONGEST_BODY)
        note = json.loads(environ["wsgi.input"].read(length))
        if not isinstance(note, dict) or "text" not in note:
            return "400 Bad Request", {"error": "a note has a text"}
        return "201 Created", add_note(note)
    return "404 Not Found", {"error": f"nothing is at {path}"}


def application(environ, start_response):
    try:
        status, value = answer(environ)
    except ValueError:
        status, value = "400 Bad Request", {"error": "this is no JSON"}
    except psycopg2.Error as error:
        status, value = "503 Service Unavailable", {"error": type(error).__name__}
    body = json.dumps(value).encode() + b"\n"
    start_response(
        status,
        [
            ("content-type", "application/json"),
            ("content-length", str(len(body))),
            ("x-release", os.environ.get("RELEASE_VERSION", "unknown")),
        ],
    )
    return [body]
