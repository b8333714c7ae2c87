"""Bad releases of FreightOps under load: how soon they are taken back, and what that costs users."""
import argparse
import json
import time

from instruments import driver
from instruments.load import quantile
from instruments.result import Result, add_clients_side, p50, temporary_folder
from instruments.stage import CONFIGURATION, HOST, PAGES, Stage

RATE = 100
IDENTITIES = 1000
IN_STAGES = CONFIGURATION.replace("    strategy: blue_green\n", "")
# Broken while users are on it: the warming would find them otherwise.
PROBED = {
    "a key feature breaks": {"CHAOS_DEAD_FEATURE": "dispatch"},
    "the database cannot be reached any more": {"CHAOS_DATABASE_REFUSED": "true"},
}


def main(arguments, path):
    parser = argparse.ArgumentParser(prog="Benchmarks/run detection", description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--quick", action="store_true", help="2 runs, no result file")
    options = parser.parse_args(arguments)
    if options.quick:
        options.runs = 2
    with temporary_folder() as folder:
        stage = Stage(folder, IN_STAGES)
        trigger = stage.state / "fault-of-the-release"
        try:
            stage.start()
            stage.add_releases("1.0.0", "1.1.0")
            stage.add_release("1.2.0", "1.2.0", {"CHAOS_ERROR_SHARE": "0.2"})
            for number, switches in enumerate(PROBED.values()):
                stage.add_release(f"1.2.{number + 1}", "1.2.0", {**switches, "CHAOS_ONLY_IF_FILE": trigger})
            stage.deploy("1.0.0")
            stage.command("deploy", "1.1.0", "--strategy", "blue_green")
            load = driver.Load(stage.url, HOST, PAGES, RATE, identities=IDENTITIES)
            load.wait_for(lambda report: report["answered"] > 1000, "1,000 answers", seconds=60)
            probed = {
                name: [break_under_users(stage, f"1.2.{number + 1}", trigger) for _ in range(max(2, options.runs // 4))]
                for number, name in enumerate(PROBED)}
            judged = [deploy_bad(stage, number + 1, options.runs) for number in range(options.runs)]
            seen = load.end()
        finally:
            stage.clear()
    publish(path, options.quick, probed, judged, seen)


def deploy_bad(stage, number, runs):
    """Deploys the release whose every fifth answer is an error; answers its verdict."""
    report = json.loads(stage.command("deploy", "1.2.0", "--json", accepted=(4,), timeout=600))
    verdict = json.loads(stage.command("verdict", str(report["deployment"]["id"]), "--json"))
    stage.wait_until_idle()
    by_verdict = "worse than is allowed" in report["deployment"]["reason"]
    requests = verdict["green"]["requests"] + verdict["blue"]["requests"]
    print(f"run {number}/{runs}: {verdict['seconds']:.1f} s, {requests} requests, "
          f"{'verdict' if by_verdict else 'probes'}", flush=True)
    return {"seconds": verdict["seconds"], "requests": requests, "errors": verdict["green"]["errors"], "by_verdict": by_verdict}


def break_under_users(stage, version, trigger):
    """Breaks a release as soon as it has users; answers the seconds until all of them are off it again."""
    summary = json.loads(stage.command("deploy", version, "--detach", "--json"))
    name = str(summary["id"])
    Stage.wait_until(lambda: split(stage)["share"] > 0, "the release has users", seconds=120)
    time.sleep(2)
    trigger.write_text("")
    began = time.monotonic()
    try:
        Stage.wait_until(lambda: split(stage)["share"] == 0, "nobody is on the broken release", seconds=120)
        seconds = time.monotonic() - began
        stage.wait_until_idle()
    finally:
        trigger.unlink()
    print(f"deployment {name} of {version}: {seconds:.1f} s", flush=True)
    return seconds


def split(stage):
    return stage.status()["environments"][0]["split"]


def publish(path, is_quick, probed, judged, seen):
    result = Result("Bad releases are taken back by themselves")
    for name, seconds in probed.items():
        result.add(f"{name}: users are off it after, p50 of {len(seconds)}", p50(seconds), "s", form="{:.1f}")
        result.at_most("the same, longest", max(seconds), 8, "s", form="{:.1f}")
    seconds = [run["seconds"] for run in judged]
    result.at_most(
        f"every fifth answer is an error: taken back after, median of {len(judged)}", p50(seconds), 15, "s", form="{:.1f}")
    result.at_most("the same, p90", quantile(sorted(seconds), 0.9), 30, "s", form="{:.1f}")
    result.add("requests to both releases until then, median", p50([run["requests"] for run in judged]))
    result.add("errors that users met until then, median", p50([run["errors"] for run in judged]))
    result.add("of these runs ended by the verdict; the others by probes, which met three errors in a row",
               sum(run["by_verdict"] for run in judged))
    add_clients_side(result, seen)
    result.note(f"{RATE} requests a second of {IDENTITIES} clients on pages and API of FreightOps; the default stages")
    result.note("Seconds count from the first moment in which users could be on the release")
    result.publish(path, is_quick)
