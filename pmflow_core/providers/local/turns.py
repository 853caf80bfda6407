"""How a problem is put in words: its name, the clause that tells it, what is needed, what for."""
# ruff: noqa: E501 - phrases read best one to a line

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Turn:
    """Phrases about a thing or a deed `{x}`; `{is}`, `{has}`, `{does}` and `{s}` agree with it."""

    name: str
    clause: str
    need: str
    goal: str


def _turns(table: Mapping[str, str]) -> Mapping[str, Turn]:
    """Build turns from lines: name, clause, need and goal, parted by upright strokes."""
    return MappingProxyType(
        {
            sign: Turn(*(part.strip() for part in phrases.split("|")))
            for sign, phrases in table.items()
        }
    )


TOLD = _turns(
    {
        "disappeared": "{x} disappeared | the {x} disappeared | The {x} {is} back, visible and reachable {place} | find the {x} {place}",
        "missing": "{x} {is} missing | the {x} {is} missing | The {x} {is} visible and reachable {place} | find the {x} {place}",
        "removed": "{x} {was} removed | the {x} {was} removed | The {x} {is} available again | do again what the {x} let them do",
        "lost": "{x} lost or stolen | {a} {is} lost or stolen | People can block a lost or stolen {x} at once and order a replacement | protect themselves within minutes of losing {a}",
        "stolen": "{x} stolen or misused | {a} {is} stolen or misused | People can block a stolen or misused {x} at once | protect themselves within minutes of losing {a}",
        "crashes": "{x} crash{es} | the {x} crash{es} | The {x} stay{s} open in every reported situation | use the {x} without losing their place to a crash",
        "freezes": "{x} freeze{s} | the {x} freeze{s} | The {x} answer{s} to every touch, or show{s} what {it} {is} waiting for | use the {x} without being stopped by a freeze",
        "fails": "{x} {does} not work | the {x} {does} not work | The {x} work{s} at every try, or say{s} what went wrong | rely on the {x}",
        "loads": "{x} {does} not load | the {x} {does} not load | The {x} load{s}, or say{s} why not and offer{s} another try | see the {x} whenever they open {it_}",
        "opens": "{x} {does} not open | the {x} {does} not open | The {x} open{s} at every start | open the {x} and begin",
        "plays": "{x} {does} not play | the {x} {does} not play | The {x} play{s} when started, or say{s} why not | start the {x} and hear or see {it_}",
        "syncs": "{x} {does} not sync | the {x} {does} not sync | The {x} {is} the same on every device, and the last sync is shown | trust that the {x} {is} the same everywhere",
        "declined": "{x} {is} declined | {a} {is} declined | A valid {x} goes through, and a refusal says why and what to do | get {a} through, or know why not",
        "cancelled": "{x} {is} cancelled or returned | {a} {is} cancelled or returned | Nothing is reversed without the reason being told: {x} | know why {a} {was} reversed",
        "blocked": "{x} {is} blocked | the {x} {is} blocked | People see why the {x} {is} blocked and can unblock {it_} themselves | use the {x} again without calling support",
        "arrived": "{x} {has} not arrived | the {x} {has} not arrived | The state and the expected date of the {x} are shown at any time | know when the {x} will arrive without asking",
        "shown": "{x} {does} not show up | the {x} {does} not show up | The {x} show{s} up within a stated time, and until then as on {its} way | see the {x} as soon as {it} exist{s}",
        "pending": "{x} {is} still pending | the {x} {is} still pending | A pending {x} shows what it waits for and until when | know what the {x} {is} waiting for",
        "slow": "{x} {is} slow | the {x} {is} slow | The {x} respond{s} within an agreed time on every supported device | use the {x} without waiting",
        "hangs": "{x} hang{s} | the {x} hang{s} | The {x} end{s} with a result or a reason, never with an endless wait | get an answer from the {x}",
        "expensive": "{x} {is} too expensive | the {x} {is} too expensive | People can see what the {x} give{s} for {its} price before they choose | judge whether the {x} {is} worth {its} price",
        "charged": "Charged for {x} | people are charged for {x} | A charge for {x} is announced, with its amount and reason, before it is made | know what {x} will cost before they pay",
        "unexpected": "Charged {a} | people are charged {a} | Every {x} is announced, with its amount and reason, before it is charged | know every {x} before they pay",
        "refund": "Refund for {x} | people ask for money back for {x} | A refund for {x} can be asked for and followed without writing to support | get money back for {x} and follow it",
        "changed": "{x} changed for the worse | the {x} changed for the worse | People can work as they did before the {x} changed | keep the way of working that the new {x} took away",
        "wished": "Wish for {x} | people wish for {x} | The product offers {x} | have {x}",
        "cannot": "Cannot {x} | people cannot {x} | People can {x} | {x}",
        "how": "How to {x} | people ask how to {x} | The product shows people how to {x} at the point where they need it | {x} without having to ask",
        "forced": "Forced to {x} | people are made to {x} | Nobody is made to {x} without a choice, or a reason given beforehand | choose whether to {x}",
    }
)

LOOSE = _turns(
    {
        "loss": "Loss or theft: {x} | people report loss or theft around {x} | People can act at once when {x} goes wrong | act at once on {x}",
        "cost": "Cost of {x} | people object to costs around {x} | What {x} costs, and why, is known before it is charged | know what {x} costs beforehand",
        "missing": "Something missing around {x} | people miss something around {x} | What people look for around {x} can be found without help | find what they look for around {x}",
        "broken": "Failures around {x} | something fails around {x} | The failures reported around {x} no longer happen, or explain themselves | rely on {x}",
        "slow": "Slowness around {x} | people have to wait around {x} | Waiting around {x} stays within an agreed time | get through {x} without waiting",
        "restricted": "Limits around {x} | people meet limits around {x} | Limits around {x} are lifted, or explained before people meet them | stay in control of {x}",
        "waiting": "Waiting for news about {x} | people wait for news about {x} | The state of {x} is shown before anyone has to ask | know where {x} stands without asking",
        "unable": "Blocked around {x} | people cannot do what they want around {x} | What people try around {x} succeeds, or says why not | do what they came for around {x}",
        "how": "Questions about {x} | people ask about {x} | The product answers the questions people ask about {x} | find the answer about {x} in the product",
        "changed": "Unwanted change around {x} | people object to a change around {x} | What people could do around {x} before the change is possible again | work around {x} as before",
        "wish": "Wishes about {x} | people wish for more around {x} | The wishes about {x} are met or answered | have what they wish for around {x}",
        "other": "Remarks about {x} | people write about {x} | What people say about {x} is understood and answered | get on with {x} as they expect",
    }
)
