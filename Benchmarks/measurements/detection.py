"""Bad releases of FreightOps under load: how soon they are taken back, and what that costs users.

A time ends when users are off the release: when the deployment's journal has `completed:switchBack`, which is written
once every worker of HAProxy has confirmed the new split, or when the last request was sent that the release answered,
whichever is later. It begins with the fault, or where the release was bad from the start with the journal's
`intent:canary`, which is written before the first user is given the release. All of it is read from one machine's clock.
"""
import argparse
import datetime
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
                name: [
                    break_under_users(stage, load, f"1.2.{number + 1}", trigger)
                    for _ in range(max(2, options.runs // 4))]
                for number, name in enumerate(PROBED)}
            judged = [deploy_bad(stage, load, number + 1, options.runs) for number in range(options.runs)]
            seen = load.end()
        finally:
            stage.clear()
    publish(path, options.quick, probed, judged, seen)


def deploy_bad(stage, load, number, runs):
    """Deploys the release whose every fifth answer is an error; answers what that took and cost."""
    errors = load.report["applicationErrors"]
    report = json.loads(stage.command("deploy", "1.2.0", "--json", accepted=(4,), timeout=600))
    verdict = json.loads(stage.command("verdict", str(report["deployment"]["id"]), "--json"))
    stage.wait_until_idle()
    began = moment(report, "intent:canary")
    run = {
        "seconds": off_release(report, load, verdict["green"]["slot"], after=began) - began,
        "untilLastLook": verdict["seconds"],
        "requests": verdict["green"]["requests"] + verdict["blue"]["requests"],
        "errors": load.report["applicationErrors"] - errors,
        "byVerdict": "worse than is allowed" in report["deployment"]["reason"],
    }
    print(f"run {number}/{runs}: {run['seconds']:.1f} s, of them {run['untilLastLook']:.1f} s to the last look, "
          f"{run['requests']} requests, {run['errors']} errors, {'verdict' if run['byVerdict'] else 'probes'}", flush=True)
    return run


def break_under_users(stage, load, version, trigger):
    """Breaks a release once it has users; answers the seconds from then until all of them are off it again."""
    name = str(json.loads(stage.command("deploy", version, "--detach", "--json"))["id"])
    Stage.wait_until(lambda: environment(stage)["split"]["share"] > 0, "the release has users", seconds=120)
    slot = environment(stage)["split"]["candidate"]
    time.sleep(2)
    began = time.time()
    trigger.write_text("")
    try:
        Stage.wait_until(lambda: environment(stage)["split"]["share"] == 0, "the release is taken back", seconds=120)
        stage.wait_until_idle()
    finally:
        trigger.unlink()
    report = json.loads(stage.command("history", name, "--json"))
    seconds = off_release(report, load, slot, after=began) - began
    print(f"deployment {name} of {version}: {seconds:.1f} s", flush=True)
    return seconds


def off_release(report, load, slot, after):
    """When no user was given the release any more, by the journal and by what clients saw, in seconds since 1970."""
    switched = moment(report, "completed:switchBack")
    if switched < after:
        raise SystemExit(f"Deployment {report['deployment']['id']} went back before there was a reason to.")
    return max(switched, driver.last_on(load.report, f"production/{slot}") or 0)


def moment(report, boundary):
    """When a line of a deployment's journal was written, in seconds since 1970."""
    times = [line["at"] for line in report["journal"] if line["boundary"] == boundary]
    if not times:
        raise SystemExit(f"The journal of deployment {report['deployment']['id']} has no {boundary}.")
    return datetime.datetime.fromisoformat(times[0]).timestamp()


def environment(stage):
    return stage.status()["environments"][0]


def publish(path, is_quick, probed, judged, seen):
    result = Result("Bad releases are taken back by themselves")
    for name, seconds in probed.items():
        result.add(
            f"{name} while users are on the release: from the fault until no user is on it, p50 of {len(seconds)}",
            p50(seconds), "s", form="{:.1f}")
        result.at_most("the same, longest", max(seconds), 8, "s", form="{:.1f}")
    seconds = [run["seconds"] for run in judged]
    result.at_most(
        "every fifth answer is an error from the start: from the first user on the release until none is, median of "
        f"{len(judged)}", p50(seconds), 15, "s", form="{:.1f}")
    result.at_most("the same, p90", quantile(sorted(seconds), 0.9), 30, "s", form="{:.1f}")
    result.add(
        "of that until the last look before it was taken back, median",
        p50([run["untilLastLook"] for run in judged]), "s", form="{:.1f}")
    result.add("requests to both releases until the last look, median", p50([run["requests"] for run in judged]))
    result.add("errors of the release that users met until none was on it, median", p50([run["errors"] for run in judged]))
    result.add("of these runs ended by the verdict; the others by probes, which met three errors in a row",
               sum(run["byVerdict"] for run in judged))
    add_clients_side(result, seen)
    result.note(f"{RATE} requests a second of {IDENTITIES} clients on pages and API of FreightOps; the default stages")
    result.note(
        "No user is on a release when the journal has `completed:switchBack`, which is written once every worker of HAProxy"
        " has confirmed the new split, and the last request has been sent that the release answered; the later one counts")
    result.note(
        "The fault is a file that the release looks for, made 2 s after the release's first users were seen. The first user"
        " is taken to come at the journal's `intent:canary`, which is written before anybody is given the release")
    result.publish(path, is_quick)
