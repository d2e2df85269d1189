"""python3 dev.py bench [--check] [--rounds N] [--people N] [--parts …]: each figure beside its floor and its goal."""

import argparse
import os
import sys
import tempfile
from pathlib import Path
from statistics import median

import django


def main() -> int:
    parser = argparse.ArgumentParser(prog="dev.py bench", description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit 1 when a figure is worse than its floor")
    parser.add_argument("--rounds", type=int, default=5, help="interleaved rounds; the medians count (default 5)")
    parser.add_argument("--people", type=int, default=100_000, help="in each of the two workspaces (default 100,000)")
    parser.add_argument(
        "--insight", type=int, default=1_000_000, help="people whose numbers are asked (default 1,000,000)"
    )
    parser.add_argument("--parts", default=",".join(PARTS), help=f"some of {', '.join(PARTS)} (default all)")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "onboarding.settings")
    django.setup()
    chosen = options.parts.split(",")
    if unknown := set(chosen) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    holds = [PARTS[name](options) for name in PARTS if name in chosen]
    return 0 if all(holds) or not options.check else 1


def of_rounds(options) -> bool:
    """Accepting, draining, the widget: interleaved rounds with web server, worker and beat beside."""
    from bench import copying, dry_runs, rounds, world
    from tests.live import Live

    say(f"two workspaces of {options.people:,} people, 200 signals in 20 ladders each")
    copying.prepare()
    steady = rounds.open_vendor("Steady", options.people, done=world.RUNGS - 1)
    nothing = rounds.open_vendor("Nothing yet", options.people, done=0)
    dry = dry_runs.prepare(options.people)
    figures: dict[str, list[float]] = {}
    rates: dict[str, list] = {}
    with tempfile.TemporaryDirectory() as folder:
        live = Live({"CAIRN_MODE": "demo"}, Path(folder))
        live.start()
        try:
            rounds.warm_up(live, steady)
            for number, asking in enumerate(rounds.deal(options.people, options.rounds)):
                say(f"round {number + 1} of {options.rounds}")
                made, behind = rounds.one_round(live, steady, nothing, seed=number * 10 + 1, asking=asking)
                made["dry_run"] = dry_runs.cost(dry, options.people)
                for key, value in made.items():
                    figures.setdefault(key, []).append(value)
                for key, value in behind.items():
                    rates.setdefault(key, []).append(value)
        finally:
            live.stop()
    print(f"\n{'rate':20}{'a second':>12}{'CPU s a 1,000':>16}")
    for key, values in rates.items():
        print(
            f"{key:20}{median(v.each_second for v in values):>12,.0f}{median(v.cpu_a_thousand for v in values):>16.3f}"
        )
    return show(figures)


def of_numbers(options) -> bool:
    """The dashboards at a size, beside DuckDB on Parquet files of the same rows."""
    from bench import insight, serving

    say(f"numbers of {options.insight:,} people, {options.insight * insight.EVENTS_A_PERSON:,} events")
    numbers = insight.prepare(options.insight)
    rebuilt = insight.rebuild(numbers)
    say("from the server and beside DuckDB on Parquet files of the same rows")
    with tempfile.TemporaryDirectory() as folder:
        seen, worked, judged = insight.views(numbers), insight.answers(numbers), insight.measure_health(numbers)
        working, served = serving.pages(numbers, Path(folder))
        holds = show({"dashboard": [max(seen.values())], "page": [max(served.values())]})
        told, same = insight.lines(numbers, rebuilt, seen, (working, served), worked, judged, Path(folder))
    print("", *told, sep="\n")
    return holds and same


def of_nudges(options) -> bool:
    """Deciding what everybody of a workspace is sent, for a tenth of the people and for all of them."""
    from bench import nudging

    say(f"nudges for {options.people // 10:,} and for {options.people:,} people")
    few, many = (nudging.schedule(nudging.prepare(people), people) for people in (options.people // 10, options.people))
    return show({"nudged": [many * 100_000 / options.people], "nudge_growth": [many / few]})


def of_forecasts(options) -> bool:
    """Forecasts, judged by what came."""
    from bench.backtest import lines_of_backtest

    say("forecasts, judged by what came")
    judged, come_true = lines_of_backtest()
    print(*judged, sep="\n")
    return come_true


def of_histories(options) -> bool:
    """Sliding windows over a subject with few events and over one with many."""
    from bench import histories

    say(f"windows over histories of {histories.FEW:,} and of {histories.MANY:,} events")
    return show({"history_growth": [histories.growth(histories.prepare())]})


PARTS = {
    "rounds": of_rounds,
    "numbers": of_numbers,
    "nudges": of_nudges,
    "histories": of_histories,
    "forecasts": of_forecasts,
}


def show(figures: dict[str, list[float]]) -> bool:
    """Print each figure beside its floor and its goal; whether every floor holds."""
    from bench.figures import table

    lines, holds = table(figures)
    print("", *lines, "", sep="\n", flush=True)
    return holds


def say(text: str) -> None:
    print(f"· {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
