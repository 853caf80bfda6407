"""The kinds of trouble a group of signals can be in, and what each asks of every document."""
# ruff: noqa: E501 - patterns and phrases read best one to a line

import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """A kind of trouble: the words that show it, and phrases about a subject `{name}`."""

    key: str
    pattern: re.Pattern[str]
    words_for: str
    requirement: str
    accepted: str
    challenge: str
    states: str
    approach: str
    stored: str
    operation: str
    test: str
    promise: str


def _kind(key: str, pattern: str, phrases: str) -> Kind:
    """Build a kind from its phrases, one a line."""
    fields = [line.strip() for line in phrases.strip().splitlines()]
    return Kind(key, re.compile(pattern, re.IGNORECASE), *fields)


_LOSS = _kind(
    "loss",
    r"\b(?:stolen|theft|fraud\w*|hacked|scam\w*|unauthori[sz]ed|compromised|lost my|misplaced)\b",
    """
    loss or theft
    Give people an immediate way to act on {name}
    a person in the situation of the cited signals can protect their account in one sitting and sees that it took effect
    act at once on {name}, under stress and perhaps from a borrowed device
    ready to act; identity check; protected and confirmed; could not confirm, with who to contact
    one guarded operation that takes effect immediately and is confirmed, recorded and reversible where possible
    the protective action, who asked for it, when it took effect, and its reversal
    a call that protects at once, safe to repeat, answering with the state reached
    the action takes effect within the promised time, also when it is sent twice
    You can act the moment it matters
    """,
)
_COST = _kind(
    "cost",
    r"\b(?:expensive|price\w*|pric(?:ey|ing)|cost\w*|charged?|fees?|refund\w*|money back|billing|billed|overcharg\w*)\b",
    """
    price, fees or charges
    Make what {name} costs clear before it is charged
    a person sees the amount and the reason before they are bound, and the cited situations are explained or refunded
    know what {name} costs and why, before they are bound
    before any charge; price shown with its reason; charged; disputed; refunded
    show every amount and its reason at the point of decision, from one source of prices
    amounts with currency, reason and time, and the person's consent to them
    a quotation of the amount before the call that charges it, and a call that disputes it
    the amount shown equals the amount charged in every cited situation
    You see what it costs before you pay
    """,
)
_MISSING = _kind(
    "missing",
    r"\b(?:missing|disappear\w*|gone|vanish\w*|remov(?:e[sd]|ing)|took (?:away|out|off)|taken (?:away|out)|bring (?:it )?back|no longer (?:there|has|have)|isn[’']?t there|is not there|can[’']?t (?:even )?(?:find|see)|where(?:[’']?s| is| did| are| has)|weres|(?:no|not a|isn[’']?t a|been a|t a) (?:\w+ )?way to|not (?:have|provide|offer)|doesn[’']?t (?:have|provide|offer)|no \w+ (?:bar|button|option|icon|function|feature))\b",
    """
    something missing or hidden
    Make {name} visible and available wherever people look for it
    it is found without instruction in every situation that the cited signals describe, and stays there
    find {name} where they expect it, every time
    shown and ready; in use; no result; unavailable, with the reason said
    find out when and where it is hidden (version, screen size, account), restore it there, and guard its presence with a test of each layout
    nothing new is needed unless its presence depends on account or version; then that rule, in one place
    no new operation is expected; if presence depends on a rule, one call that answers it
    it is present and usable in every layout, version and account type named by the signals
    It is back where you look for it
    """,
)
_RESTRICTED = _kind(
    "restricted",
    r"\b(?:have to|forced?|forces|only (?:let|allow|play|shuffle|way|option)\w*|can only|not allowed|isn[’']?t allowed|limit\w*|restrict\w*|unless|can[’']?t (?:even )?(?:choose|pick|select|change|turn|skip|use|play)|stuck (?:on|with|in))\b",
    """
    a limit or a loss of control
    Give people control over {name}
    a person does what the cited signals could not do, or is told before they begin that they cannot, and why
    stay in control of {name}, or learn at once why they cannot
    allowed; chosen by the person; not allowed, with the reason and the way on; changed by the system, with undo
    separate the technical limit from the commercial rule; put each rule in one place, and show it before the person meets it
    the person's choice, kept across sessions, and the rule that may override it
    read and set the choice; a refusal names the rule
    each choice is kept and obeyed, and each refusal gives its reason
    You decide
    """,
)
_UNABLE = _kind(
    "unable",
    r"\b(?:can[’']?t|cannot|could ?n[’']?t|unable to|not able to|(?:not|won[’']?t|doesn[’']?t|don[’']?t|didn[’']?t) (?:even )?(?:let|allow)\w*)\b",
    """
    something they cannot do
    Remove what stands in people’s way with {name}
    a person in each of the cited situations succeeds at the first try, or is told why not and what to do instead
    get past what stops them today at {name}
    possible; under way; done and confirmed; not possible, with the reason and the way on
    find out what stands in the way in each cited situation (fault, rule or layout), and remove it or say it
    what was tried and what stood in the way, by version and device; nothing personal
    a refused operation answers with a stable code and a sentence for a person
    each cited situation is a test that passes, on the versions and devices that the signals name
    Now you can
    """,
)
_BROKEN = _kind(
    "broken",
    r"\b(?:crash\w*|freez\w*|frozen|error\w*|bugs?|buggy|glitch\w*|broken?|fail\w*|declin\w*|reject\w*|(?:doesn|didn|won|isn|don|not|wouldn|never)(?:[’']?t)? (?:\w+ )?(?:work\w*|open|load|play|start|go through|connect|sync|log)|stop(?:s|ped)? (?:work|play)\w*|keeps? (?:stop|clos|crash|say|log)\w*|went wrong|problem\w*)\b",
    """
    something that fails
    Make {name} work reliably
    none of the cited situations can be reproduced, and a failure says what happened and what to do
    rely on {name}, and recover without help when it fails
    working; in progress; failed, with what happened and what to do; recovered, with nothing lost
    reproduce the cited cases first, fix the causes found, and record each failure with its version and device so that the next one is seen before it is reported
    failures: what was tried, version, device, cause; nothing personal
    each failure answers with a stable code and a sentence for a person; repeating a call does no harm
    the cited cases run as automatic tests, on the versions and devices that the signals name
    It works when you need it
    """,
)
_SLOW = _kind(
    "slow",
    r"\b(?:slow\w*|lag\w*|takes? (?:forever|ages|too long|so long|a long)|loading|buffer\w*|hangs?|forever)\b",
    """
    slowness
    Make {name} fast enough not to be noticed
    the time is measured for the cited situations and stays under the limit agreed
    get through {name} without waiting
    immediate; under way, with progress; slow, with a way out; finished
    measure the cited situations first, agree a limit, remove the largest cause, and measure again
    durations by step, version and device
    paged or streamed answers where the size is unbounded
    the agreed limit holds at the 95th percentile on the slowest device supported
    It no longer keeps you waiting
    """,
)
_WAITING = _kind(
    "waiting",
    r"\b(?:still (?:waiting|not|hasn|haven|pending)|hasn[’']?t (?:arrived|come|shown)|when (?:will|can|do|does|should|is)|how long|pending|track\w*|arriv\w*|deliver\w*|status|not (?:arrived|received|yet)|haven[’']?t (?:received|gotten|got))\b",
    """
    waiting or an unknown state
    Show the state of {name} without anyone having to ask
    a person sees the present state, the next step and a date, and hears of a delay before they ask
    know the state of {name} without asking anyone
    not started; under way, with a date; delayed, with the reason and the new date; done
    make the state explicit, take it from the system that knows it, and tell people when it changes
    the state, each change with its time and source, and the date promised
    read the state and its history; announce each change
    every state is shown within the promised time of its change, also late and failed ones
    You always know where it stands
    """,
)
_HOW = _kind(
    "how",
    r"(?:\bhow (?:do|can|to|would|could|should)\b|\bwhat (?:do|should|can|is|are|does)\b|\bwhere (?:do|can|should)\b|\bcan (?:i|you|we)\b|\bis (?:it|there)\b|\bconfus\w*|\bdon[’']?t (?:understand|know)\b|\bunclear\b|\bcan[’']?t figure\b)",
    """
    a question how something is done
    Let people manage {name} without having to ask
    a new person answers the questions of the cited signals from the product itself
    manage {name} alone, at the first try
    first visit, with the way shown; in progress; done and confirmed; not possible, with the reason
    answer the cited questions where they arise, in the product's own words, before building anything larger
    the questions asked and where they arose, so that the answers can be judged
    no new operation is expected; what a screen may answer, the existing calls must return
    people who never saw it finish the task and answer the cited questions
    The answer is where the question comes up
    """,
)
OTHER = _kind(
    "other",
    r"(?!)",
    """
    one common complaint
    Resolve what people report about {name}
    the people behind the cited signals agree that their situation is resolved
    get done what they came for around {name}
    empty; in use; done; failed, with what to do next
    reproduce the cited situations first; the signals describe effects, the cause is to be found
    to be decided when the cause is known
    to be decided when the cause is known
    each cited situation becomes a test case
    You told us, and we changed it
    """,
)

KINDS = (_LOSS, _COST, _MISSING, _BROKEN, _SLOW, _RESTRICTED, _WAITING, _UNABLE, _HOW)
_LEAST_SHARE = 0.25


def prevailing_kind(texts: Sequence[str]) -> tuple[Kind, int]:
    """The kind whose words most of the texts use, and how many do; earlier kinds win ties."""
    counted = [(sum(bool(kind.pattern.search(text)) for text in texts), kind) for kind in KINDS]
    uses, kind = max(counted, key=lambda pair: pair[0])
    if uses < max(1.0, _LEAST_SHARE * len(texts)):
        return OTHER, len(texts)
    return kind, uses
