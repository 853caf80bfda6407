"""Turns of phrase by which people say what is wrong, and where they name what it is about."""
# ruff: noqa: E501 - one pattern to a line reads best

import re
from dataclasses import dataclass
from typing import Literal

Side = Literal["before", "after", "deed"]


@dataclass(frozen=True)
class Complaint:
    """A turn of phrase: its kind, its sign, and the side on which the thing or deed stands."""

    kind: str
    sign: str
    side: Side
    pattern: re.Pattern[str]


_WHO = r"(?:i|we|you|one|it|someone|they)"
_LET = r"(?:wont|doesnt|dont|didnt|not|wouldnt|never)(?: even)? (?:let|allow)(?:s|ing)? (?:me|us|you|users?|people)(?: to)?|(?:prevents?|stops) (?:me|us|you) from|stop(?:s|ped) (?:letting|allowing) (?:me|us|you)(?: to)?"
_NOT = r"(?:dont|doesnt|didnt|wont|isnt|arent|not|never|wouldnt|cant|hasnt|havent)(?: even| always| ever| been| yet| have| properly)*"

# Written for text without apostrophes and capitals, every mark a full stop.
_TABLE: tuple[tuple[str, str, Side, str], ...] = (
    ("missing", "disappeared", "before", r"dis+ap+e?a?r\w*|vanish\w*"),
    ("missing", "disappeared", "before", r"(?:gone|away)(?! through)"),
    (
        "missing",
        "missing",
        "before",
        rf"missing(?! (?:this|the|a|an|some|my|all|that|one|many|key) )|hidden|{_NOT} (?:there|visible|showing|shown|appear\w*|exist)|(?:nowhere|no where|not) (?:to be )?found|cut off",
    ),
    ("missing", "removed", "before", r"removed|taken (?:away|out|off)"),
    (
        "missing",
        "missing",
        "after",
        r"where (?:\w+ ){0,2}?(?:is|are|did|has|was)|wheres?|weres|what(?:s| the (?:heck|hell))? happen\w* (?:to|with)|missing|bring back|doesnt have|dont have|does not have|isnt|theres no|(?:there is|there are|is|has|have) no|without|with no|miss|no(?= (?:\w+ ){1,3}(?:anymore|any more|at all) )",
    ),
    (
        "missing",
        "removed",
        "after",
        r"removed?s?|removing|took (?:out|away|off)|taken (?:out|away)|got(?:ten)? rid of",
    ),
    ("loss", "lost", "before", r"lost|misplaced"),
    ("loss", "stolen", "before", r"stolen|compromised|hacked"),
    ("loss", "lost", "after", r"(?:lost|misplaced|lose|cant find|cannot find) my|a lost"),
    (
        "loss",
        "stolen",
        "after",
        r"stole|a stolen|someone (?:has|used|using|is using)|(?:fraudulent|unauthorized)(?: use of)?",
    ),
    ("broken", "crashes", "before", r"(?<! no )(?<! without )crash\w*"),
    ("broken", "freezes", "before", r"(?<! no )(?<! without )freez\w*|frozen"),
    (
        "broken",
        "fails",
        "before",
        rf"broken|broke|fail\w*|glitch\w*|stop(?:s|ped) work\w*|{_NOT} (?:work\w*|function\w*)|rarely (?:ever )?works?",
    ),
    ("broken", "loads", "before", rf"{_NOT} load\w*"),
    ("broken", "opens", "before", rf"{_NOT} (?:open\w*|start\w*)"),
    ("broken", "plays", "before", rf"{_NOT} play\w*"),
    ("broken", "syncs", "before", rf"{_NOT} sync\w*"),
    (
        "broken",
        "declined",
        "before",
        rf"declin\w*|reject\w*|denied|{_NOT} (?:accept\w*|go(?:ne|ing|es)? through|complete\w*)",
    ),
    ("broken", "cancelled", "before", r"cancell?ed|revert\w*|returned"),
    ("broken", "blocked", "before", r"blocked"),
    ("broken", "declined", "after", r"declin\w*|reject\w*"),
    (
        "waiting",
        "arrived",
        "before",
        rf"{_NOT} (?:arriv\w*|come|came|received|deliver\w*|gotten|got|here)|late|arriv\w*",
    ),
    ("waiting", "shown", "before", rf"{_NOT} (?:show\w*|updated|reflect\w*|credited|available)"),
    ("waiting", "pending", "before", r"pending|delayed|processing"),
    (
        "waiting",
        "arrived",
        "after",
        r"wait(?:ing)?(?: \w+){0,3}? (?:on|for)|(?:havent|hasnt|not|never|didnt)(?: yet| even| gotten)? (?:received?|gotten|got|get|seen)|when (?:will|does|is|can i (?:get|expect))(?: i get)?|track|how long (?:does|will|for|until|do|should)(?: it take)?(?: for)?",
    ),
    (
        "slow",
        "slow",
        "before",
        r"slow\w*|lags?|laggy|lagging|buffer\w*|takes? (?:forever|ages|too long|so long|a long time|long)",
    ),
    ("slow", "hangs", "before", r"hang\w*"),
    ("cost", "expensive", "before", r"expensive|pricey|overpriced"),
    (
        "cost",
        "charged",
        "after",
        r"(?:charg\w+|fees?)(?: (?:me|i|extra|a|an|fee|was|is|there|it|are|being|been|\d+)){0,4} (?:for|when|on)|(?:extra|additional) (?:fee|charge)s? (?:for|when|on)",
    ),
    (
        "cost",
        "unexpected",
        "after",
        r"(?:charged|charge|see|seeing|why is there|there is|there are|showing|had|got)(?: me)?(?: a| an| any| the)?(?: extra| additional)?(?= (?:fee|charge)s? )",
    ),
    ("cost", "refund", "after", r"refund(?: for| of| on| me)?|money back (?:for|on)"),
    (
        "changed",
        "changed",
        "after",
        r"(?:hate|dislike|dont like|didnt like|not like|dont care for)(?: how| that| what)?(?: the| this| your| whole)* new",
    ),
    (
        "changed",
        "changed",
        "before",
        r"sucks|terrible|awful|horrible|worse|worst|ruined|messed up|screwed up",
    ),
    (
        "wish",
        "wished",
        "after",
        r"(?:please|pls|plz)(?: \w+)? (?:add|include|make|give us|give me|put in|put)|wish(?: \w+){0,2} (?:had|have|has|were|was)|(?:should|could|would) (?:add|include|have(?! to| been))|needs? (?:a|an|to have|to add|more|some)|would be \w+ (?:to have|if (?:it|there|you|they) (?:had|was|were|added))",
    ),
    (
        "unable",
        "cannot",
        "deed",
        rf"cant|cannot|can not|can no longer|no longer|couldnt|unable to|(?:not|longer) able to|{_LET}|(?:no|not a|a|any|isnt a|without a) way (?:to|of)|(?:option|ability|feature|function|how am i (?:supposed|suppose)) to|impossible to|failed to|hard to|difficult to",
    ),
    (
        "how",
        "how",
        "deed",
        rf"how (?:do|can|could|would|should|does|did|will|might)(?: {_WHO})?(?: go about| able to)?|how to|(?:can|could|may|do|am) (?:i|we)(?: please| able to)?|(?:is it|is this|be|if its|its not|not) possible (?:for \w+ )?to|(?:a|any|some|the) way (?:for \w+ )?to|where (?:can|do|could|should) {_WHO}|(?:need|have) to do to|(?:i|we|id|im|am|would|was|please) (?:need|help|like|trying|want) (?:me )?(?:help )?to",
    ),
    (
        "restricted",
        "forced",
        "deed",
        r"(?:have|has|forced|required) to|forc\w+ (?:me|us|you|people) (?:to|into)|can only|mak(?:es|ing) (?:me|us|you)|only (?:let|allow)s? (?:me|us|you)(?: to)?",
    ),
)
COMPLAINTS = tuple(
    Complaint(kind, sign, side, re.compile(rf"(?<= )(?:{pattern})(?= )"))
    for kind, sign, side, pattern in _TABLE
)
