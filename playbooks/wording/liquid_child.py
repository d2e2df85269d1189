"""Renders Liquid in a process of its own, within bounds: a line of JSON comes in, a line of JSON goes out. Knows no Django.

A render that runs longer than a second of processor time kills the process, and one that wants more memory fails.
"""

import json
import re
import resource
import signal
import sys

from liquid import Environment, Mode
from liquid.builtin.expressions.primitive import RangeLiteral
from liquid.exceptions import LiquidError, UndefinedError
from liquid.undefined import Undefined

CPU_SECONDS, MEMORY = 1.0, 256 * 1024 * 1024
MOST_IN_A_RANGE = 1_000
NEWLINE = "\n"


class Missing(Undefined):
    """What is not known about somebody: false, may have a `default`, and may not stand in a sentence."""

    def __str__(self):
        raise UndefinedError(self.name, token=self.token)

    def __getitem__(self, key):
        return self


class Bounded(Environment):
    context_depth_limit = 20
    block_nesting_limit = 20
    loop_iteration_limit = 10_000
    local_namespace_limit = 100_000
    output_stream_limit = 100_000


def environment() -> Environment:
    made = Bounded(tolerance=Mode.STRICT, undefined=Missing)
    for tag in ("include", "render", "macro", "call", "extends", "block", "snippet"):
        made.tags.pop(tag, None)
    for name in ("safe", "escapejs", "base64_decode", "base64_url_safe_decode"):
        made.filters.pop(name, None)
    return made


def short_ranges() -> None:
    """A range is made whole by what sorts or joins it, so it may not be long."""
    make = RangeLiteral._make_range

    def made(self, start, stop):
        found = make(self, start, stop)
        if len(found) > MOST_IN_A_RANGE:
            raise LiquidError(f"a range of more than {MOST_IN_A_RANGE:,}", token=self.token)
        return found

    RangeLiteral._make_range = made


def render(liquid: Environment, asked: dict) -> dict:
    """{"texts": {name: rendered}} or {"error": kind, "name": of the text, "said": in words}"""
    made = {}
    for name, source in asked["texts"].items():
        try:
            known = asked["other"] if name == asked["by_other"] else asked["known"]
            made[name] = liquid.from_string(source).render(**known)
        except UndefinedError as error:
            return {"error": "missing", "name": name, "said": named(error, source)}
        except LiquidError as error:
            return {"error": "broken", "name": name, "said": str(error).splitlines()[0][:200]}
        except (
            RecursionError,
            MemoryError,
            ArithmeticError,
            ValueError,
            TypeError,
            KeyError,
            IndexError,
            AttributeError,
        ) as error:
            return {"error": "broken", "name": name, "said": type(error).__name__}
    return {"texts": made}


def look(liquid: Environment, source: str) -> dict:
    """{"names": [dotted names that the text asks for], "filters": [those that there are not]}, or an error like render's."""
    try:
        found = liquid.from_string(source).analyze()
    except LiquidError as error:
        place = f", in line {source.count(NEWLINE, 0, error.token.start_index) + 1}" if error.token else ""
        return {"error": "broken", "name": "", "said": f"{str(error).splitlines()[0][:200]}{place}"}
    except (RecursionError, MemoryError, ValueError, TypeError, AttributeError) as error:
        return {"error": "broken", "name": "", "said": f"it cannot be read ({type(error).__name__})"}
    names = {".".join(str(part) for part in each.segments) for uses in found.globals.values() for each in uses}
    return {"names": sorted(names), "filters": [name for name in found.filters if name not in liquid.filters]}


def named(error: UndefinedError, source: str) -> str:
    """The whole name that is not known, as it stands in the text."""
    found = re.match(r"[\w.\[\]'\"-]+", source[error.token.start_index :]) if error.token else None
    return found[0][:200] if found else "a name"


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    short_ranges()
    liquid = environment()
    for line in sys.stdin.buffer:
        signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)
        asked = json.loads(line)
        said = json.dumps(look(liquid, asked["source"]) if "source" in asked else render(liquid, asked))
        signal.setitimer(signal.ITIMER_PROF, 0)
        sys.stdout.buffer.write(said.encode() + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
