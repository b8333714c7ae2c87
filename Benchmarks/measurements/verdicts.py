"""How often a healthy release is taken back, and how soon a bad one: simulated, with seeds.

The driver makes up the requests of releases and shows the same ones to Switchyard's judge and to rules of others: a
threshold on the error rate of each minute, Flagger's failed checks and Kayenta's Mann-Whitney test. Other ways to bet
run beside the judge's own, each as valid as it is.
"""
import argparse

from instruments import driver
from instruments.result import Result

RULES = {
    "switchyard": "Switchyard",
    "threshold": "threshold a minute",
    "flagger": "Flagger, as documented",
    "flaggerTuned": "Flagger, tuned",
    "kayenta": "Kayenta, one look",
    "kayentaRepeated": "Kayenta, a look every 5 minutes",
}
MOST_FALSE_PERCENT = 1
THREE = "three units of each client"
BLAMELESS = [
    "shared incident", "1.4 times as slow", "abusive client", "abusive client, always on green"]
# How it was before, for comparison: without a target.
BEFORE = [f"abusive client, always on green, {THREE}"]
# What is judged or raced: its words, and the most units of the median where there is a target.
HARM = {
    "errors100": ("errors 1 → 100 %", 40), "errors20": ("errors 1 → 20 %", 600),
    "slow3": ("response time x3", 450)}
RACES = {
    **{name: f"{words}, 10 %" for name, (words, _) in HARM.items()},
    "errors10": "errors 1 → 10 %, 10 %", "slow2": "response time x2, 10 %", "errors20even": "errors 1 → 20 %, 50 %"}
AT_LIMIT = {"atErrorLimit": "errors 1 → 6 %", "atTimeLimit": "response time x1.5"}


def main(arguments, path):
    parser = argparse.ArgumentParser(prog="Benchmarks/run verdicts", description=__doc__)
    parser.add_argument("--runs", type=int, default=2000, help="for each cell of healthy releases; half for the others")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="10 runs a cell, no result file")
    options = parser.parse_args(arguments)
    if options.quick:
        options.runs = 10
    seen = driver.run(
        "verdicts", f"--runs={options.runs}", f"--seed={options.seed}", timeout=7200, shows_progress=True)
    report(seen, options).publish(path, options.quick)


def report(seen, options):
    result = Result("When a release is called bad and when it is called healthy")
    add_notes(result, options, seen["settings"])
    add_targets(result, seen)
    result.compare(
        [*HEAD, *RULES.values(), "proved healthy by Switchyard"],
        [cell_names(cell) + shares(cell) + [percent(cell["provedHealthy"], cell["runs"])] for cell in seen["healthy"]],
        "Healthy releases that each rule took back within 30 minutes.")
    for kind in BLAMELESS + BEFORE:
        result.compare(
            [*HEAD, *RULES.values()], [cell_names(cell) + shares(cell) for cell in of_kind(seen["blameless"], kind)],
            f"Taken back within 30 minutes though nothing is to blame the release for: {kind}.")
    for kind in dict.fromkeys(cell["kind"] for cell in seen["harmful"]):
        result.compare(
            [*HEAD, *RULES.values()],
            [cell_names(cell) + shares(cell, with_minutes=True) for cell in of_kind(seen["harmful"], kind)],
            f"Bad releases that were taken back within 30 minutes, and the median of the minutes it took: {kind}.")
    compare_trials(result, seen["raced"])
    return result


def add_targets(result, seen):
    result.at_least("simulated healthy releases", sum(cell["runs"] for cell in seen["healthy"]), 20000, form="{:,}")
    result.at_most(
        f"healthy ones taken back, worst of {len(seen['healthy'])} cells", worst(seen["healthy"]), MOST_FALSE_PERCENT,
        "%", "{:.2f}")
    for kind in BLAMELESS:
        cells = of_kind(seen["blameless"], kind)
        result.at_most(
            f"{kind}: taken back, worst of {len(cells)} cells", worst(cells), MOST_FALSE_PERCENT, "%", "{:.2f}")
    judged = {cell["name"]: cell for cell in seen["judged"]}
    for name, (words, limit) in HARM.items():
        add_units(result, f"{words} at 10 %: units until taken back", judged[name]["harm"], limit)
    add_units(result, "healthy at 50 %: units until all streams have proved it", judged["healthy"]["health"], 1000)


def add_units(result, what, units, limit):
    result.at_most(f"{what}, p50", units.get("median", float("inf")), limit, form="{:,.0f}")
    result.add("— the same, p90", units.get("p90", float("inf")), form="{:,.0f}")


def add_notes(result, options, settings):
    result.note(
        f"{options.runs:,} simulated releases a cell of healthy ones, {max(options.runs // 2, 1):,} a cell of others, {max(options.runs // 4, 1):,} a trial;"
        f" seed {options.seed}; none of {options.runs:,} means at most {300 / options.runs:.2f} % with a confidence of 95 %")
    result.note(
        "Requests come at random (Poisson), errors too; response times are lognormal, median 40 ms, p95 149 ms, p99"
        " 257 ms; blue's errors are 1 %; the judge is asked every second")
    result.note(
        "Switchyard's judge is set as it is where switchyard.yaml says nothing: a release that keeps the limits is to be"
        f" taken back in {100 * settings['harmAlpha']:g} % of cases at most, and one that breaks a limit to be called healthy"
        f" in {100 * settings['healthAlpha']:g} %. Probes and the comparison with before, which takes nothing back alone, are"
        " not simulated")
    result.note(
        "Clients, as many as requests a minute but at least 20, stay with their slot; they are assigned anew at each"
        f" stage and every {settings['secondsBetweenAssignments']} s. After an assignment a client is"
        f" {settings['unitsOfAClient']} units at most, one in each second in which it comes, up to the first one with an error; only"
        " the first one has times. Peers count every request")
    result.note(
        f"Switchyard takes a release back for errors only when {settings['leastClients']} clients of green met one; the evidence"
        " of that moment counts, not an earlier one")
    result.note("Shared incident: both slots have 20 % errors, from within two minutes of the beginning of a stage")
    result.note(
        "Abusive client: 30 requests a minute, which all fail, beside healthy ones; in the slot that chance gives it, or,"
        " as the worst case, in green's at each assignment")
    result.note(
        f"Where \"{THREE}\" is said, the judge counts units in another way than it does: a client's further ones after an"
        " error, too")
    result.note("Threshold a minute: green's error rate more than 5 points above blue's of the same minute")
    result.note(
        "Flagger, as documented: checks a minute, success rate of 99 % at least, p99 of 500 ms at most, back after 10"
        " failed ones; a minute without requests has no value and fails. Tuned: 94 %, which is 5 points below blue's"
        " success rate, and empty minutes are forgiven")
    result.note(
        "Kayenta: Mann-Whitney with a confidence of 0.98 and a tolerance of 0.25 of the Hodges-Lehmann estimate, on"
        " error rate and p95 of each minute, one measure that is too high fails. Its default allows no increase at all, so"
        " that it is right by its own lights to take back what is 1.4 times as slow")
    result.note(
        "Units are of both slots together; where they are counted, each is another client's, has times, and comes about once"
        " a second")


def compare_trials(result, raced):
    trials = [cell["name"] for cell in raced["healthy"]]
    result.compare(
        ["", *RACES.values(), *(f"false, {words}" for words in AT_LIMIT.values())],
        [[name, *(units(raced[race][index]["harm"]) for race in RACES),
          *(percent(raced[limit][index]["harm"]["found"], raced[limit][index]["runs"]) for limit in AT_LIMIT)]
         for index, name in enumerate(trials)],
        "What else was tried, on the same units: units until taken back (p50 / p90), and how many releases just at a"
        " limit, which are to stay, were taken back within about 3,000 units at 10 %.")
    result.compare(
        ["", "as healthy as blue, 50 %", "errors 1 → 2 % and response time x1.2, 50 %", "taken back though healthy"],
        [[name, *(units(raced[race][index]["health"]) for race in ("healthy", "slightlyWorse")),
          percent(raced["healthy"][index]["harm"]["found"], raced["healthy"][index]["runs"])]
         for index, name in enumerate(trials)],
        "The same for proof of health: units until all streams have proved it (p50 / p90).")


HEAD = ["requests a minute", "share of green", "clients"]


def cell_names(cell):
    return [f"{cell['requestsAMinute']:,.0f}", cell["plan"], cell["clients"]]


def shares(cell, with_minutes=False):
    return [share(cell["takenBack"][rule], cell["runs"], with_minutes) for rule in RULES]


def share(taken, runs, with_minutes):
    seconds = taken.get("medianSeconds")
    minutes = f", {seconds / 60:.1f}" if with_minutes and seconds is not None else ""
    return percent(taken["releases"], runs) + minutes


def of_kind(cells, kind):
    return [cell for cell in cells if cell["kind"] == kind]


def worst(cells):
    return max(100 * cell["takenBack"]["switchyard"]["releases"] / cell["runs"] for cell in cells)


def percent(part, whole):
    return f"{100 * part / whole:.2f} %" if 0 < part < whole / 20 else f"{100 * part / whole:.0f} %"


def units(found):
    return " / ".join(f"{found[name]:,.0f}" if name in found else "never" for name in ("median", "p90"))
