"""The kinds of trouble a group of signals can be in, and what each asks of every document."""
# ruff: noqa: E501 - patterns and phrases read best one to a line

import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """A kind of trouble: the words that show it, and phrases that each document uses."""

    key: str
    pattern: re.Pattern[str]
    words_for: str
    accepted: str
    states: str
    approach: str
    stored: str
    operation: str
    test: str
    promise: str
    cause: str


def _kind(key: str, pattern: str, phrases: str) -> Kind:
    """Build a kind from its phrases, one a line."""
    fields = [line.strip() for line in phrases.strip().splitlines()]
    return Kind(key, re.compile(pattern, re.IGNORECASE), *fields)


_LOSS = _kind(
    "loss",
    r"\b(?:stolen|theft|fraud\w*|hacked|scam\w*|unauthori[sz]ed|compromised|lost my|misplaced)\b",
    """
    loss or theft
    a person without the lost thing at hand can do it in one sitting, and sees at once that it took effect
    nothing reported; identity being checked; protected, with the time; could not be confirmed, with whom to contact
    one guarded operation that takes effect immediately, is recorded, and can be reversed where that is safe
    the protective action, who asked for it, when it took effect, and its reversal
    a call that protects at once, is safe to repeat and answers with the state reached
    the action takes effect within the promised time, also when it is sent twice or from another device
    Lost it? Stop it in a minute
    How fast can misuse be stopped today, and by whom outside office hours?
    """,
)
_COST = _kind(
    "cost",
    r"\b(?:expensive|price\w*|pric(?:ey|ing)|cost\w*|charged?|fees?|refund\w*|money back|billing|billed|overcharg\w*)\b",
    """
    price, fees or charges
    the amount and its reason are shown before the person is bound, and again on the statement
    before any charge; price with its reason; charged; disputed; refunded, with the date
    show amounts and reasons at the point of decision, all from one source of prices
    amounts with currency, reason and time, and the person's consent to them
    a quotation of the amount before the call that charges it, and a call that disputes it
    the amount shown equals the amount charged in each cited case
    You see the price before you pay it
    Which of these charges are intended, and where are they announced today?
    """,
)
_MISSING = _kind(
    "missing",
    r"\b(?:missing|disappear\w*|gone|vanish\w*|remov(?:e[sd]|ing)|took (?:away|out|off)|taken (?:away|out)|bring (?:it )?back|no longer (?:there|has|have)|isn[’']?t there|is not there|can[’']?t (?:even )?(?:find|see)|where(?:[’']?s| is| did| are| has)|weres|(?:no|not a|isn[’']?t a|been a|t a) (?:\w+ )?way to|not (?:have|provide|offer)|doesn[’']?t (?:have|provide|offer)|no \w+ (?:bar|button|option|icon|function|feature))\b",
    """
    something missing or hidden
    a first-time user finds it on every supported layout without help
    shown and ready; in use; used once and still there; nothing found, with what to try next; unavailable, with the reason
    compare the layouts and versions in which it shows with those in which it does not, restore it, and test each layout for its presence
    nothing new, unless its presence depends on account, version or experiment; then that rule, in one place
    nothing new is expected; if presence depends on a rule, one call that answers it
    a layout test per screen size, orientation and account type shows that it is present and can be touched
    It is back, and it stays
    Did a release take it away on purpose, by accident, or for some people only?
    """,
)
_RESTRICTED = _kind(
    "restricted",
    r"\b(?:have to|forced?|forces|only (?:let|allow|play|shuffle|way|option)\w*|can only|not allowed|isn[’']?t allowed|limit\w*|restrict\w*|unless|can[’']?t (?:even )?(?:choose|pick|select|change|turn|skip|use|play)|stuck (?:on|with|in))\b",
    """
    a limit or a loss of control
    a person sees the choice, or the reason why there is none, before they begin
    choice offered; chosen; not allowed, with the reason and the way on; changed by the system, with undo
    separate the technical limit from the commercial rule, keep each rule in one place, and show it before it is met
    the person's choice, kept across sessions, and the rule that may override it
    read and set the choice; a refusal names the rule
    each choice is kept across restarts and each refusal gives its reason
    The choice is yours
    Which technical or commercial rule stands behind this limit?
    """,
)
_UNABLE = _kind(
    "unable",
    r"\b(?:can[’']?t|cannot|could ?n[’']?t|unable to|not able to|(?:not|won[’']?t|doesn[’']?t|don[’']?t|didn[’']?t) (?:even )?(?:let|allow)\w*)\b",
    """
    something they cannot do
    the cited cases succeed at the first try, or say why not and what to do instead
    possible; under way; done; nothing found; not possible, with the reason and the way on
    replay the cited cases, tell faults from rules and hidden controls, and fix the largest of the three first
    what was tried and what stood in the way, by version and device; nothing personal
    a refused operation answers with a stable code and a sentence for a person
    each cited case runs from start to result, on the versions and devices that the signals name
    Now you can
    Is the way blocked by a fault, by a rule, or only by a control that people no longer see?
    """,
)
_BROKEN = _kind(
    "broken",
    r"\b(?:crash\w*|freez\w*|frozen|error\w*|bugs?|buggy|glitch\w*|broken?|fail\w*|declin\w*|reject\w*|(?:doesn|didn|won|isn|don|not|wouldn|never)(?:[’']?t)? (?:\w+ )?(?:work\w*|open|load|play|start|go through|connect|sync|log)|stop(?:s|ped)? (?:work|play)\w*|keeps? (?:stop|clos|crash|say|log)\w*|went wrong|problem\w*)\b",
    """
    something that fails
    none of the cited cases can be reproduced, and a failure that remains says what happened
    working; in progress; failed, with what happened and what to do; recovered, with nothing lost
    reproduce the cited cases, fix the causes found, and record failures with version and device so that the next one is seen before it is reported
    failures: what was tried, version, device, cause; nothing personal
    every failure answers with a stable code and a sentence for a person; repeating a call does no harm
    the cited cases run as automatic tests; the failure rate is watched after the release
    It works when you need it
    Since which version, and on which devices, does this fail?
    """,
)
_SLOW = _kind(
    "slow",
    r"\b(?:slow\w*|lag\w*|takes? (?:forever|ages|too long|so long|a long)|loading|buffer\w*|hangs?|forever)\b",
    """
    slowness
    the time is measured for the cited cases and stays under the agreed limit
    immediate; under way, with progress; slow, with a way out; finished
    measure the cited cases, agree on a limit, remove the largest cause, and measure again
    durations by step, version and device
    paged or streamed answers where the size is unbounded; a time limit on every call
    the limit holds at the 95th percentile on the slowest supported device
    No more waiting
    Where is the time spent: on the device, on the network, or on our side?
    """,
)
_WAITING = _kind(
    "waiting",
    r"\b(?:still (?:waiting|not|hasn|haven|pending)|hasn[’']?t (?:arrived|come|shown)|when (?:will|can|do|does|should|is)|how long|pending|track\w*|arriv\w*|deliver\w*|status|not (?:arrived|received|yet)|haven[’']?t (?:received|gotten|got))\b",
    """
    waiting or an unknown state
    a person sees the present state, the next step and a date, and hears of a delay before they ask
    not started; under way, with a date; delayed, with the reason and the new date; done
    take the state from the system that knows it, make it visible, and tell people when it changes
    the state, each change with its time and source, and the date promised
    read the state and its history; announce each change
    every state shows within the promised time of its change, also late and failed ones
    You always know where it stands
    What is known at each step, and which delay can be foreseen?
    """,
)
_HOW = _kind(
    "how",
    r"(?:\bhow (?:do|can|to|would|could|should)\b|\bwhat (?:do|should|can|is|are|does)\b|\bwhere (?:do|can|should)\b|\bcan (?:i|you|we)\b|\bis (?:it|there)\b|\bconfus\w*|\bdon[’']?t (?:understand|know)\b|\bunclear\b|\bcan[’']?t figure\b)",
    """
    a question how something is done
    new people finish the task and answer the cited questions from the product alone
    first visit, with the way shown; in progress; done and confirmed; not possible, with the reason
    answer the cited questions where they arise, in the product's own words, before building anything larger
    the questions asked and where they arose, so that the answers can be judged
    nothing new is expected; what a screen may answer, the existing calls must return
    people who never saw it finish the task without help
    The answer is where the question comes up
    Is this possible today and only hard to find, or not possible at all?
    """,
)
_CHANGED = _kind(
    "changed",
    r"(?!)",
    """
    an unwanted change
    the cited people can do again what they did before the change, in as few steps
    new way; old way still offered; what changed, said once; undone
    list what the change took away, by the cited signals, and give back what was used
    the choice between the ways, while both exist
    nothing new is expected
    each task that the cited signals name takes no more steps than before the change
    It works your way again
    What was this change meant to achieve, and did it?
    """,
)
_WISH = _kind(
    "wish",
    r"(?!)",
    """
    a wish
    the cited people can do what they wished for, and find it without help
    not set up yet; in use; done; not possible, with the reason
    agree on the smallest version that answers the cited wishes, and offer it to the people who asked
    to be decided with the design
    to be decided with the design
    each cited wish is tried by a person who expressed it
    You asked for it
    How many more people want this than those who wrote?
    """,
)
OTHER = _kind(
    "other",
    r"(?!)",
    """
    one common complaint
    the people behind the cited signals agree that it is resolved
    empty; in use; done; failed, with what to do next
    read and reproduce the cited cases; the signals describe effects, the cause is to be found
    to be decided when the cause is known
    to be decided when the cause is known
    each cited case becomes a test case
    You told us, and we changed it
    What do these signals have in common, and is it one problem?
    """,
)

_COUNTED = (_LOSS, _COST, _MISSING, _BROKEN, _SLOW, _RESTRICTED, _WAITING, _UNABLE, _HOW)
KINDS = {kind.key: kind for kind in (*_COUNTED, _CHANGED, _WISH, OTHER)}
_LEAST_SHARE = 0.25


def prevailing_kind(texts: Sequence[str]) -> tuple[Kind, int]:
    """The kind whose words most of the texts use, and how many do; earlier kinds win ties."""
    counted = [(sum(bool(kind.pattern.search(text)) for text in texts), kind) for kind in _COUNTED]
    uses, kind = max(counted, key=lambda pair: pair[0])
    if uses < max(1.0, _LEAST_SHARE * len(texts)):
        return OTHER, len(texts)
    return kind, uses
