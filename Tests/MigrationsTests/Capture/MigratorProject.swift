import Testing

/// A tiny project of a framework that brings a migrator.
struct MigratorProject: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// Runs all that is pending.
    let command: [String]
    /// Asks whether anything is pending, and what it then answers.
    let check: [String]
    let allApplied: String
    /// The files of the project with its first migration, and those of the second.
    let first: [String: String]
    let second: [String: String]
    /// What is in the database when the second one comes.
    let rows = "INSERT INTO notes_author (first, last) VALUES ('Ada', 'Lovelace'), ('O''B', '\\x')"

    static let django = MigratorProject(
        testDescription: "Django", command: ["/usr/bin/python3", "manage.py", "migrate"],
        check: ["/usr/bin/python3", "manage.py", "migrate"], allApplied: "No migrations to apply.",
        first: [
            "manage.py": """
            import os, sys
            from django.core.management import execute_from_command_line
            os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
            execute_from_command_line(sys.argv)
            """,
            "settings.py": """
            import os
            from urllib.parse import urlsplit
            url = urlsplit(os.environ["DATABASE_URL"])
            DATABASES = {"default": {
                "ENGINE": "django.db.backends.postgresql", "NAME": url.path[1:], "USER": url.username,
                "PASSWORD": url.password, "HOST": url.hostname, "PORT": url.port,
            }}
            INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "notes"]
            SECRET_KEY = "none"
            USE_TZ = True
            DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
            """,
            "notes/__init__.py": "", "notes/migrations/__init__.py": "", "notes/models.py": "",
            "notes/migrations/0001_initial.py": """
            from django.db import migrations, models

            class Migration(migrations.Migration):
                initial = True
                dependencies = []
                operations = [
                    migrations.CreateModel("Author", [
                        ("id", models.BigAutoField(primary_key=True)),
                        ("first", models.CharField(max_length=50)), ("last", models.CharField(max_length=50)),
                    ]),
                    migrations.CreateModel("Note", [
                        ("id", models.BigAutoField(primary_key=True)), ("body", models.TextField()),
                        ("author", models.ForeignKey("notes.Author", models.CASCADE)),
                    ]),
                ]
            """,
        ],
        second: [
            "notes/migrations/0002_name.py": """
            from django.db import migrations, models

            def fill(apps, editor):
                for author in apps.get_model("notes", "Author").objects.all():
                    author.name = f"{author.first} {author.last}"
                    author.save()

            class Migration(migrations.Migration):
                dependencies = [("notes", "0001_initial")]
                operations = [
                    migrations.AddField("Author", "name", models.CharField(max_length=101, default="")),
                    migrations.RunPython(fill, migrations.RunPython.noop),
                    migrations.AddIndex("Author", models.Index(fields=["name"], name="author_name")),
                    migrations.RemoveField("Author", "first"),
                ]
            """
        ])

    static let alembic = MigratorProject(
        testDescription: "Alembic", command: ["/usr/bin/python3", "-m", "alembic", "upgrade", "head"],
        check: ["/usr/bin/python3", "-m", "alembic", "current"], allApplied: "(head)",
        first: [
            "alembic.ini": "[alembic]\nscript_location = notes\n",
            "notes/env.py": """
            import os
            from alembic import context
            from sqlalchemy import create_engine
            with create_engine(os.environ["DATABASE_URL"]).connect() as connection:
                context.configure(connection=connection)
                with context.begin_transaction():
                    context.run_migrations()
            """,
            "notes/versions/0001_initial.py": """
            import sqlalchemy as sa
            from alembic import op
            revision, down_revision = "0001", None

            def upgrade():
                op.create_table(
                    "notes_author", sa.Column("id", sa.BigInteger, primary_key=True),
                    sa.Column("first", sa.String(50), nullable=False),
                    sa.Column("last", sa.String(50), nullable=False))
            """,
        ],
        second: [
            "notes/versions/0002_name.py": """
            import sqlalchemy as sa
            from alembic import op
            revision, down_revision = "0002", "0001"

            def upgrade():
                op.add_column("notes_author", sa.Column("name", sa.String(101)))
                connection = op.get_bind()
                for row in connection.execute(sa.text("SELECT id, first, last FROM notes_author")).fetchall():
                    connection.execute(
                        sa.text("UPDATE notes_author SET name = :name WHERE id = :id"),
                        {"name": f"{row.first} {row.last}", "id": row.id})
                op.create_index("author_name", "notes_author", ["name"])
                op.drop_column("notes_author", "first")
            """
        ])

    /// A migrator that sends values beside its statements, as the drivers of Rails and Prisma do, through libpq itself.
    static let driver = #"""
        import ctypes, os
        libpq = ctypes.CDLL("libpq.so.5")
        libpq.PQconnectdb.restype = libpq.PQexecParams.restype = ctypes.c_void_p
        connection = ctypes.c_void_p(libpq.PQconnectdb(os.environ["DATABASE_URL"].encode()))

        def run(text, *values):
            texts = (ctypes.c_char_p * len(values))(*[value and value.encode() for value in values])
            result = libpq.PQexecParams(connection, text.encode(), len(values), None, texts, None, None, 0)
            return libpq.PQresultStatus(ctypes.c_void_p(result)) in (1, 2)

        assert run("SELECT pg_advisory_lock(1)")
        assert run("BEGIN")
        assert run("CREATE TABLE a (b text, c int)")
        assert run("SAVEPOINT s")
        assert not run("INSERT INTO a VALUES ($1, $2)", "x", "no number")
        assert run("ROLLBACK TO SAVEPOINT s")
        assert run("INSERT INTO a VALUES ($1, $2)", "it's \\ \"x\",\n", None)
        assert run("COMMIT")
        assert run("BEGIN")
        assert run("CREATE TABLE dropped ()")
        assert run("ROLLBACK")
        assert run("CREATE INDEX CONCURRENTLY a_b ON a (b)")
        assert not run("CREATE TABLE a ()")
        """#
}
