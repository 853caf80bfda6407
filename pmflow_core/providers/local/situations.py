"""The situations that several customers name: after an update, on a tablet, at every start."""
# ruff: noqa: E501 - a pattern and its phrases read best one to a line

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pmflow_core.providers.base import Evidence

_LEAST_SHARE = 0.05
_MOST = 4


@dataclass(frozen=True)
class Situation:
    """A situation in words: how its signals tell it, and what must hold in it."""

    told: str
    held: str
    pattern: re.Pattern[str]
    members: tuple[Evidence, ...]

    @property
    def numbers(self) -> tuple[int, ...]:
        """Numbers of the signals that name it."""
        return tuple(one.number for one in self.members)


_SITUATIONS = tuple(
    (re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE), told, held)
    for pattern, told, held in (
        (
            r"updat(?:e|es|ed|ing)(?! (?:my|to premium))|upgraded|(?:new|newest|latest|last) version",
            "mention an update",
            "{so} after an update from the previous version, not only on a fresh installation",
        ),
        (
            r"keeps? \w+ing|sometimes|randomly|reappear\w*|comes? and goes?|(?:goes|go) away|on and off|once in a while|half the time|most of the time|matter of luck|lets? me \w+ once|intermittent\w*",
            "say that it comes and goes",
            "{so} at the tenth try as at the first, through a whole session",
        ),
        (
            r"restart(?:ed|ing)?|re-?install(?:ed|ing)?|log(?:ged)? (?:out|off|in and)|re-?open(?:ed)?|clos(?:e|ed|ing) (?:the|and)|clear the app|signed? out",
            "mention restarting, reinstalling or signing in again",
            "{so} without restarting, reinstalling or signing in again",
        ),
        (r"tablets?|ipads?|kindle|galaxy tab", "mention a tablet", "{so} on tablets"),
        (
            r"phones?|iphones?|htc|smartphone|galaxy s\d",
            "mention a phone",
            "{so} on the phones that people name",
        ),
        (r"desktop|laptop|pc|mac|computer", "mention a computer", "{so} on computers too"),
        (
            r"offline|no (?:internet|connection|signal|wi-?fi)|without (?:internet|wi-?fi)|airplane",
            "mention being offline",
            "{so} offline, or the product says beforehand that it needs a connection",
        ),
        (
            r"wi-?fi|[34]g|lte|bandwidth",
            "mention their connection",
            "{so} on Wi-Fi and on mobile data",
        ),
        (
            r"lock ?screen|locked screen|full ?screen|landscape|background",
            "mention the lock screen, full screen or background",
            "{so} on the lock screen, in full screen and from the background",
        ),
        (
            r"abroad|overseas|holiday|vacation|foreign|travel(?:l?ing)?|another country|(?:in|not in) the (?:us|country)",
            "mention travelling or another country",
            "{so} from abroad, or the limit is told beforehand",
        ),
        (
            r"days?|weeks?|months?",
            "name how long it has lasted",
            "the time it takes is told beforehand, and a delay is announced",
        ),
        (
            r"twice|two times|multiple times|several times|again and again|every ?time|each time",
            "say that it happens again and again",
            "{so} every time, not only once",
        ),
    )
)
_HOLDS = {
    "missing": "it is there",
    "how": "the way is shown",
    "waiting": "the state is shown",
    "cost": "the amount is shown",
    "restricted": "the choice is kept",
    "changed": "the former way is there",
}
_TIME_MATTERS = frozenset({"waiting", "cost"})
LEAVING = re.compile(
    r"\b(?:(?:cancel(?:ling|ing)?|terminate) (?:it|my (?:subscription|premium|account|membership))"
    r"|uninstall(?:ing|ed)?(?! (?:and )?(?:then )?re-?install)|delet(?:e|ing|ed) (?:the|this|it|my account)|switch(?:ing)? (?:over|to|back)"
    r"|(?:different|another) (?:app|service|bank|provider)|using a different one"
    r"|no reason to (?:continue|pay|keep)|better off|want my money|stop(?:ped|ping)? (?:using|paying)"
    r"|pay for another|changed my mind|considering cancell?ing|clos(?:e|ing) my account)\b",
    re.IGNORECASE,
)


def situations(members: Sequence[Evidence], kind: str) -> tuple[Situation, ...]:
    """Situations that at least two and a twentieth of the signals name, most named first."""
    least = max(2.0, _LEAST_SHARE * len(members))
    found = [
        Situation(
            told,
            held.format(so=_HOLDS.get(kind, "it works")),
            pattern,
            tuple(one for one in members if pattern.search(one.text)),
        )
        for pattern, told, held in _SITUATIONS
        if "how long" not in told or kind in _TIME_MATTERS
    ]
    kept = [one for one in found if len(one.members) >= least]
    return tuple(sorted(kept, key=lambda one: -len(one.members))[:_MOST])
