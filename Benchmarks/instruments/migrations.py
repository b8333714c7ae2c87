"""A folder of migrations that grows, and `switchyard migration apply` of it."""
import json
import pathlib
import subprocess

from instruments import driver


class Migrations:
    def __init__(self, folder, server):
        self.folder, self.server, self.number = pathlib.Path(folder) / "migrations", server, 0
        self.folder.mkdir()
        self.newest = None

    def add(self, name, **steps):
        """A migration after all others; `steps` are texts by phase."""
        self.number += 1
        self.newest = f"20260101{self.number:06d}_{name}"
        folder = self.folder / self.newest
        folder.mkdir()
        for phase, text in steps.items():
            (folder / f"{phase}.sql").write_text(text + "\n")

    def command(self, phase, *options):
        return [
            driver.binary("switchyard"), "migration", "apply", str(self.folder), f"--phase={phase}",
            "--author=benchmark", *options]

    def apply(self, phase, *options, timeout=600):
        """Runs what is pending to its end."""
        self._run(self.command(phase, *options), timeout=timeout)

    def accept(self):
        """Takes what others changed of the schema for a part of it."""
        self._run([driver.binary("switchyard"), "migration", "accept", "--author=benchmark"], timeout=30)

    def last_seconds(self):
        """How long the step that ended last took by the history: the command without its start."""
        return self.ask("history", "--last=1")[0]["durationMilliseconds"] / 1000

    def ask(self, command, *options):
        """What `migration status` or `migration history` answers; 1 says that something of it is not in order."""
        question = [driver.binary("switchyard"), "migration", command, *options, "--json"]
        return json.loads(self._run(question, timeout=30, accepted=(0, 1)))

    def _run(self, command, timeout, accepted=(0,)):
        finished = subprocess.run(
            command, env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout)
        if finished.returncode not in accepted or not finished.stdout:
            raise SystemExit(f"{' '.join(command)} failed: {finished.stdout}{finished.stderr}")
        return finished.stdout

    def begin(self, phase, *options):
        """Starts it; the caller ends the process."""
        return subprocess.Popen(
            self.command(phase, *options), env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, text=True)

    @property
    def environment(self):
        # A password has no place among a command's arguments.
        return {**self.server.environment, "DATABASE_URL": self.server.url}
