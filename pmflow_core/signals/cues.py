"""The English words by which rules tell how bad, how often and for whom something is."""

import re
from collections.abc import Mapping
from types import MappingProxyType


def _any_of(*patterns: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(patterns)})(?!\w)")


_UNABLE = (
    r"(?:can(?:'?t|not| not)|could(?:n't| not)|un(?:able) to|not able to|won'?t let (?:me|us)"
    r"|(?:does|did)(?:n't| not) let (?:me|us)|impossible to|fail(?:s|ed|ing)? to"
    r"|not allow(?:ed|ing)?(?: me| us)? to)"
)
_NOT = (
    r"(?:do(?:n'?t| not)|(?:does|did|has|have|had)(?:n'?t| not)|(?:is|are|was|were)(?:n'?t| not)"
    r"|wo(?:n'?t|uldn't|uld not)|will not|not|never|no longer)"
)
_OWN = (
    r"(?:data|notes?|files?|work|history|playlists?|photos?|pictures|messages|contacts|progress"
    r"|money|library|libraries|documents?|recordings?|chats?|songs|music|projects?|everything)"
)

# cues that a "not" before them turns around
CRITICAL = _any_of(
    r"crash(?:es|ed|ing|y)?", r"force[- ]?clos(?:e|es|ed|ing)", r"data loss", r"unusable",
    rf"(?:los(?:es?|t|ing)|delet(?:es|ed)|wip(?:es|ed)|eras(?:es|ed)|destroy(?:s|ed))"
    rf" (?:all |most |half )?(?:of )?(?:my |our |the |your )?(?:\w+ )?{_OWN}",
    r"corrupt(?:s|ed|ion)?", r"locked out", r"hack(?:ed|ers?)", r"stolen", r"fraud(?:ulent)?",
    r"unauthori[sz]ed", r"scammed", r"phishing", r"compromised", r"vulnerabilit(?:y|ies)",
    r"(?:security|privacy|data) (?:breach|hole|flaw|leak|issue|problem|bug|risk)s?",
    r"leak(?:s|ed|ing)? (?:my |our |the |your )?(?:\w+ )?(?:data|passwords?|information|details)",
    r"brick(?:s|ed)", r"used by (?:someone|somebody) else",
    r"(?:data|details|passwords?|information) (?:\w+ )?(?:been |was |were |got )?(?:exposed"
    r"|leaked)",
)  # fmt: skip
HIGH = _any_of(
    r"brok(?:e|en)", r"disappear(?:s|ed|ing)?", r"vanish(?:es|ed|ing)?",
    r"(?:is|are|was|were|all|went) (?:\w+ )?(?:gone|missing)(?! (?:through|to|up|down|from))",
    r"fail(?:s|ed|ing|ures?)?", r"errors?", r"fr(?:eezes?|eezing|oze|ozen)", r"stuck", r"hangs",
    r"useless", r"unacceptable", r"declined", r"rejected", r"refused", r"overcharged",
    r"(?:double|wrongly|incorrectly) charged?",
    r"charged (?:me |us |an )?(?:twice|double|again|extra)",
    r"uninstall(?:ed|ing)", r"shut(?:s|ting)? (?:off|down)", r"clos(?:es|ing) (?:itself|by itself)",
    r"turns? (?:itself )?off (?:by itself|itself|randomly)",
    r"kick(?:s|ed|ing) (?:me|us) (?:out|off)", r"(?:cancel+ed|cancel+ing) (?:my|our|the) \w+",
    r"lost (?:my|our|the|a) \w+", r"(?:has|have) stopped", r"stopped \w+ing", r"blocked",
)  # fmt: skip
MEDIUM = _any_of(
    r"annoy(?:s|ed|ing|ance)?", r"slow(?:er|ly|s|ness)?", r"lag(?:s|gy|ging)?",
    r"confus(?:ed|es|ing|ion)", r"missing", r"frustrat(?:ed|es|ing|ion)", r"irritat(?:ed|es|ing)",
    r"difficult", r"(?:hard|harder) to", r"clunky", r"cumbersome", r"complicated", r"unclear",
    r"bugs?", r"buggy", r"glitch(?:es|y|ing)?", r"problems?", r"issues?", r"trouble", r"wrong",
    r"incorrect(?:ly)?", r"mistakes?", r"expensive", r"poor(?:ly)?", r"bad(?:ly)?", r"worse",
    r"worst", r"terrible", r"horrible", r"awful", r"disappoint(?:ed|ing|ment|s)", r"hate[sd]?",
    r"sucks?", r"ridiculous", r"delay(?:s|ed)?",
    r"too (?:many|much|long|short|small|tiny|big|often|few|hard|high|low)",
    r"(?:intrusive|invasive|disruptive)", r"complain(?:t|ts|ed|ing)?", r"waste", r"drain(?:s|ing)?",
    r"pending", r"lack(?:s|ed|ing)?", r"unable", r"unreliable", r"inconsistent", r"outdated",
    r"unexpected(?:ly)?", r"unwanted", r"skips", r"down(?:grade|graded|side)",
)  # fmt: skip
PRAISE = _any_of(
    r"lov(?:e|es|ed|ing)", r"great", r"awesome", r"excellent", r"best", r"amazing",
    r"perfect(?:ly)?",
    r"thank(?:s| you)?", r"helpful", r"good", r"nice", r"fantastic", r"useful", r"wonderful",
    r"brilliant", r"superb", r"cool", r"happy", r"enjoy(?:s|ed|ing|able)?", r"recommend(?:ed)?",
    r"handy", r"(?:5|five) stars?", r"like", r"works (?:well|fine|flawlessly)", r"easy",
    r"beautiful",
    r"outstanding", r"incredible", r"fun", r"favou?rite", r"impressed", r"essential", r"must have",
)  # fmt: skip

# cues that hold their own "not"
CRITICAL_NEGATED = _any_of(
    rf"{_UNABLE} (?:even |to |\w+ )?(?:log ?-?(?:in|on)|sign ?-?(?:in|on)|pay|check ?out"
    rf"|access (?:my|the|our) (?:\w+ )?account|get (?:into|in) (?:my|the|our) (?:account|app))",
    rf"(?:log ?in|sign ?in|payments?) (?:\w+ )?(?:fail(?:s|ed|ing)?|broken|{_NOT} work(?:s|ing)?)",
    rf"(?:{_NOT}) (?:even )?(?:open|start|launch|load)(?: up)?(?: at all| any ?more)?",
    rf"{_NOT} work(?:s|ed|ing)? at all", r"nothing works",
)  # fmt: skip
HIGH_NEGATED = _any_of(
    rf"{_NOT} (?:even |really |actually |always |currently |properly |be )?"
    rf"(?:work|function|play|sync|respond|save|connect|download|upload|update|install|show|display)"
    rf"(?:s|ed|ing|ning)?",
    rf"{_UNABLE} (?:even |to |\w+ly )?(?:play|open|save|sync|upload|download|export|import|send"
    rf"|receive|connect|update|install|use|load|transfer|withdraw|activate|access|search|listen"
    rf"|hear|edit|delete|create|print|share|view|top ?-?up|verify)",
    r"(?:stop(?:s|ped)?|quit) (?:\w+ )?working",
    r"(?:cannot|can't) be (?:used|opened|saved|played)",
    r"no (?:sound|audio|response|connection)",
)  # fmt: skip
MEDIUM_NEGATED = _any_of(
    rf"(?:{_UNABLE}|{_NOT})(?= \w)", r"no (?:way|option|possibility|support|setting)",
    r"why (?:is|are|was|were|do|does|did|has|have|can|must)", r"still (?:waiting|pending|no)",
)  # fmt: skip
REQUEST = _any_of(
    r"(?:please|pls|plz) (?:\w+ )?(?:add|fix|make|bring|let|give|allow|support|include|change"
    r"|improve"
    r"|update|consider|put|stop|remove|get|provide|restore|return)",
    r"(?:i|we) (?:really |do |just |also |still )*(?:want|need) (?:a|an|more|some|to be able"
    r"|to see)",
    r"(?:i|we)(?:'d| would) (?:really |also )?(?:like|love|prefer|want) (?:a|an|to|if|it if|the"
    r"|more)",
    r"(?:i|we) (?:really |do |just |only )*wish",
    r"hop(?:e|ing) (?:to have|to see|you|they|for an?)",
    r"(?:should|must) (?:be|have|add|allow|let|support|work|give|make|include|fix|not|also|offer)",
    r"needs? (?:to be|to have|more|some|a|an|better|improvement|work|fixing)",
    r"feature request",
    r"(?:could|can|would) you (?:please |pls |also )?(?:add|make|fix|bring|allow)",
    r"(?:add|bring back) (?:a|an|the|more|some|back|support|option)",
    r"would (?:be|have been) (?:better|much better|perfect|more useful)", r"if only",
    r"(?:bring|put|give|change) (?:it |us |me |\w+ )?back",
)  # fmt: skip
NICE_TO_HAVE = _any_of(
    r"(?:would|could|'d|might) (?:also |really )?be (?:so |very |really |super |a )?"
    r"(?:nice|cool|great|good|awesome|handy|helpful|lovely|fun|neat|sweet|nicer|bonus|plus)",
    r"nice to have", r"minor (?:thing|issue|suggestion|gripe|complaint)",
    r"(?:only|one|small|little) (?:small |little )?suggestion",
)  # fmt: skip

# a "not" within a few words before a cue, and what makes it none: "if it didn't crash"
NEGATOR = re.compile(
    r"(?:\b(?:no|not|never|without|zero|hardly|cannot|nothing|stopped"
    r"|(?<!not )(?<!n't )fix(?:ed|es))|n't|\bno longer)\s+"
    r"(?:(?!(?:and|but|or|then|so|it|because|when|after|only|just|sure|which|why|fix(?:ed|es)?)\b)"
    r"[\w-]+\s+){0,2}$"
)
UNREAL = re.compile(r"\b(?:if|wish|wishes|until|unless|why)\b[^.!?;,]{0,30}$")
IDIOM = re.compile(
    r"\b(?:(?:can(?:'?t|not)|could(?:n't| not)) (?:(?:live|imagine|do|survive|function|manage|be)"
    r" (?:[\w']+ ){0,4}?without|complain|go wrong|recommend|say enough|thank|beat|wait|fault"
    r"|be (?:happier|without)|ask for (?:more|better)|get enough|believe)"
    r"|(?:won't|will not) (?:regret|be (?:disappointed|sorry))|no (?:problems?|issues?|complaints?)"
    r"(?: at all| so far| with it)?|(?:never|not|haven't) (?:had|have|ever had) (?:a|any|one)"
    r" (?:single )?(?:problem|issue|complaint|error|crash)\w*|not (?:be )?disappointed|not bad"
    r"|not only"
    r"|do(?:n't| not) (?:hesitate|know what i(?:'d| would)|worry|need (?:anything|any other)"
    r"|(?:have|need) to)"
    r"|nothing (?:bad|wrong|better|negative) |don't get me wrong|why not|for no reason"
    r"|error[- ]free"
    r"|no (?:doubt|ads|need|lag|bugs|crash(?:es)?|errors?)|(?:hard|difficult) to (?:beat"
    r"|live without))\b"
)

OCCASIONAL = _any_of(
    r"some ?times", r"occasional(?:ly)?", r"at times", r"(?:every )?now and (?:then|again)",
    r"(?:every )?once in a while", r"from time to time", r"intermittent(?:ly)?", r"randomly",
    r"every so often", r"on and off", r"(?:a )?(?:few|couple of|several|multiple|many) times",
    r"some days", r"periodically",
)  # fmt: skip
COMMON = _any_of(
    r"always", r"every ?time", r"each time", r"constant(?:ly)?", r"continu(?:ally|ously)",
    r"all the time",
    r"every (?:single |other |few )*(?:day|morning|night|week|month|hour|minute)s?",
    r"every (?:\d+ |few |couple of )(?:seconds|minutes|hours|days)", r"daily",
    r"keeps? \w+ing",
    r"kept \w+ing", r"often", r"frequent(?:ly)?", r"repeated(?:ly)?", r"over and over",
    r"again and again", r"consistently", r"whenever", r"24/7", r"non-?stop",
)  # fmt: skip
RARE = re.compile(
    r"\b(?:rarely|seldom|hardly ever|(?:only|just) (?:once|one time|twice)"
    r"|(?:happen(?:ed|s)|occur(?:red|s)|crashed|failed|froze) (?:\w+ )?(?:once"
    r"|twice)(?! in\b))(?!\w)"
)

_PLAN_NOUN = r"(?:user|member|account|subscriber|customer|plan|subscription|version|tier|edition)s?"
_HAVING = (
    r"(?:i have|i've got|i've|i pay for|paid for|paying for|i'm on|i am on|on|with|using|my|our)"
)


def _plan(name: str) -> re.Pattern[str]:
    return re.compile(
        rf"\b(?:{name}[- ]{_PLAN_NOUN}|{_HAVING} (?:the |a |an )?{name})\b(?! (?:trial|shipping))"
    )


PLANS: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        "Enterprise": _plan("enterprise"),
        "Business": _plan("(?:business|team)"),
        "Premium": re.compile(
            rf"{_plan('premium').pattern}|\b(?:i'm|i am|as) (?:a |an )?(?:\w+ )?premium\b"
        ),
        "Pro": re.compile(rf"\bpro[- ]{_PLAN_NOUN}\b"),
        "Student": re.compile(
            r"\bstudent (?:plan|account|subscription)\b|\b(?:i'm|as) a student\b"
        ),
        "Trial": re.compile(r"\b(?:my|the|a|in|on|during) (?:free )?trial\b"),
        "Free": re.compile(rf"\bfree[- ]{_PLAN_NOUN}\b"),
        "Paid": re.compile(
            rf"\bpaid[- ]{_PLAN_NOUN}\b|\bpaying (?:user|customer|member|subscriber)s?\b"
            r"|\bi (?:am paying|pay) (?:for|\$|£|€|\d)"
        ),
    }
)
PLATFORMS: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        "Android": re.compile(r"\bandroid\b"),
        "iOS": re.compile(r"\b(?:ios|iphones?|ipads?|ipod)\b"),
        "Windows": re.compile(
            r"\bwindows (?:phone|pc|desktop|app|version|user|laptop|\d+|xp|vista)\b"
            r"|\b(?:on|for|my|in) windows\b"
        ),
        "macOS": re.compile(
            r"\bmac ?os\b|\bos x\b|\bmacbook\b|\bimac\b|\b(?:on|for) (?:my |a )?mac\b"
        ),
        "Linux": re.compile(r"\b(?:linux|ubuntu)\b"),
        "Web": re.compile(
            r"\bweb (?:app|player|version|client|site)\b|\b(?:chrome|firefox|safari)\b"
        ),
    }
)
NOT_HAVING = re.compile(
    r"(?:\b(?:no|not|non|without|if|than|unless|should|to|buy|get|want|need|try|upgrad\w+)\b|n't)"
    r"[ -](?:[\w']+ ){0,2}$"
)
