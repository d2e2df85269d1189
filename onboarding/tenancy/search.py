"""One field that finds what a workspace has, by name. Each floor says what of its own can be found, and where it is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

SHOWN, SHORTEST, LONGEST = 5, 2, 100


@dataclass(frozen=True)
class Hit:
    """Something found: its name, a word that tells it from others, and its address."""

    title: str
    note: str
    address: str


@dataclass(frozen=True)
class Kind:
    """Something that is found by name: `find(words, slug, most)` answers at most so many hits, the likeliest first.

    `all_of(words, slug)` is the address of the list that shows all of them, "" where there is none.
    """

    name: str
    icon: str
    find: Callable[[str, str, int], Sequence[Hit]]
    all_of: Callable[[str, str], str] = lambda words, slug: ""


@dataclass(frozen=True)
class Found:
    """What of one kind was found, as much as is shown; `more` is the address of all of it where there is more."""

    kind: Kind
    hits: Sequence[Hit]
    more: str


_kinds: list[Kind] = []


def searchable(*kinds: Kind) -> None:
    """Called once by each floor as it starts; the lower floors come first."""
    _kinds.extend(kinds)


def search(words: str, slug: str) -> list[Found]:
    """What the open workspace has of that name, by kind; nothing for less than two characters."""
    if len(words) < SHORTEST:
        return []
    found = []
    for kind in _kinds:
        hits = kind.find(words, slug, SHOWN + 1)
        if hits:
            found.append(Found(kind, hits[:SHOWN], kind.all_of(words, slug) if len(hits) > SHOWN else ""))
    return found
