"""What one broken event may not do to its neighbours.

The fast decoder gives up on the whole document when any event is nested beyond the interpreter's stack, or holds half
of a surrogate pair (browsers send those when they cut a text in the middle of an emoji). The repairs here, made only
after it gave up, leave a document in which just that event is refused.
"""

import re

DEEPEST = 30  # levels kept; well beyond what an event may have, so what is cut here is refused later
MOST_RUNS = 200_000  # of brackets, in 4 MiB; beyond it nobody's honest events are saved by looking on

_HIGH, _LOW = rb"\\u[dD][89abAB][0-9a-fA-F]{2}", rb"\\u[dD][c-fC-F][0-9a-fA-F]{2}"
_HALF_A_PAIR = re.compile(rb"%b(?!%b)|(?<!%b)%b" % (_HIGH, _LOW, _HIGH, _LOW))
# Skips texts, in which a bracket is just a character. It matches from any position (a text may end with the body) and
# is possessive, so each byte is read once whatever is sent.
_TEXT = rb'"[^"\\]*+(?:\\(?:.|\Z)[^"\\]*+)*+(?:"|\Z)'
_TO_BRACKETS = re.compile(rb'[^"\[\]{}]*+(?:%b[^"\[\]{}]*+)*+([\[{]++|[\]}]++|\Z)' % _TEXT, re.DOTALL)


def repair(body: bytes) -> bytes:
    """The document with halves of surrogate pairs turned into NULs and bottomless nests emptied."""
    return _without_bottomless_nests(_without_half_pairs(body))


def _without_half_pairs(body: bytes) -> bytes:
    # A NUL is refused in every text that is kept, and harmless in those that are not.
    if b"\x01" in body:  # no JSON; and it is what stands for an escaped backslash meanwhile
        return body
    masked = _HALF_A_PAIR.sub(rb"\\u0000", body.replace(rb"\\", b"\x01\x01"))
    return masked.replace(b"\x01\x01", rb"\\")


def _without_bottomless_nests(body: bytes) -> bytes:
    kept, position, depth = [], 0, 0
    for count, found in enumerate(_TO_BRACKETS.finditer(body)):
        start, size = found.start(1), found.end(1) - found.start(1)
        if found[1][:1] in (b"[", b"{"):
            if depth < DEEPEST <= depth + size:
                kept.append(body[position : start + DEEPEST - depth])
            depth += size
        else:
            if depth - size < DEEPEST <= depth:
                position = start + depth - DEEPEST
            depth -= size
        if count > MOST_RUNS:
            return body
    if depth >= DEEPEST:  # never closed: no JSON
        return body
    return b"".join([*kept, body[position:]])
