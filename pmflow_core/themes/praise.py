"""Texts that say nothing a product could act on: praise, greetings, noise.

About half of the largest "themes" of raw app reviews are praise, so reviews are sifted before they
are themed. The rules are general English and err on one side only: one word that hints at a
complaint, a request, a doubt or a comparison keeps a text, and so does mostly unknown content.
"""

import re

WORD = re.compile(r"[^\W_]+(?:['’][^\W\d_]+)*")
LATIN = re.compile(r"[a-z0-9'’]+")
STRETCHED = re.compile(r"(.)\1{2,}")
MAX_WORDS = 40
UNKNOWN_PER_PRAISE = 2


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


PRAISE = _words(
    """
    adore addicted addictive amazin amazing amazingly appreciate appreciated awesome awsome
    beautiful beautifully best blessed brilliant brilliantly charming cool coolest convenient
    delight delighted delightful dope easiest easy effective efficient elegant enjoy enjoyable
    enjoyed enjoying enjoys excelent excellent excellently excellant exceptional fab fabulous
    fantastic fantastically fav fave favorite favorites favourite favourites flawless flawlessly
    friendly fun gem genius glad good goodness gorgeous gr8 grateful great greatest grt gud handy
    happy helped helpful helps impressed impressive incredible incredibly informative intuitive
    invaluable joy kudos liked lit loove love loved lovely lover loves loving luv magical
    magnificent marvellous marvelous neat nice nicely outstanding perfect perfection perfectly
    phenomenal pleasant pleased pleasure priceless recommend recommended recommending recommends
    rock rocks satisfied satisfying seamless seamlessly sleek slick smooth smoothly spectacular
    splendid stellar sublime super superb superbly sweet terrific thank thankful thanks thankyou
    thx top trustworthy ty unbelievable useful valuable versatile vital wonderful wonderfully
    worthwhile worthy wow wowed yay yummy
    """
)
"""Words that say a text is content with something."""

HINTS = _words(
    """
    ain't aint although anymore anyway but can't cannot cant could couldn't couldnt despite didn't
    didnt doesn't doesnt don't dont either else except hadn't hardly hasn't hasnt haven't havent
    however instead isn't isnt least less neither never no nobody none nope nor not nothing
    otherwise rarely seldom only should shouldn't shouldnt still than though til till unless unlike
    until unfortunately used wasn't wasnt weren't werent whereas why without won't wont would
    wouldn't wouldnt yet

    add added adding advice allow allows alternative asap asking back better bring change changed
    changes consider could fewer fix fixed fixes fixing give hope hopefully hoping how if improve
    improved improvement improvements include increase issue let maybe missing more must need
    needed needs option options ought permission please pls plz prefer remove request requests
    restore return suggest suggestion suggestions support update updated updates upgrade want
    wanted wants wish wished wishing

    abuse ads adverts annoy annoyed annoying annoys awful awkward bad badly ban banned battery
    blank block blocked blocks bloated bore bored boring bother bothers broke broken buffering bug
    buggy bugs bugged cancel cancelled charge charged charges cheat clumsy clunky closed closes
    complain complaint complicated con confused confusing cons corrupt costs crap crappy crash
    crashed crashes crashing cut cuts cutting damn data delay delayed delays delete deleted
    deleting deletes denied die died dies difficult difficulty disable disabled disappear
    disappeared disappears disappoint disappointed disappointing disappointment disconnect
    disconnects dislike downgrade drain drains dreadful drop dropped drops dumb duplicate error
    errors exit expensive fail failed failing fails failure fake fault faulty flaw flaws force
    forced forces forget freeze freezes freezing froze frozen frustrated frustrating frustration
    garbage glitch glitches glitchy gone gripe hack hacked hang hangs hard harder hate hated hates
    hell hidden horrible impossible inaccurate incorrect interrupt interrupts intrusive invalid
    irritating issues joke kick kicks lack lacking lacks lag lagged lagging laggy lags limit
    limitation limited limits lies locked log loose lose loses losing loss lost malware mess messed
    messes minus mistake nag nuisance offensive once outage outdated overpriced paid pain painful
    pathetic pause pauses pay paying pointless poor poorly popups price pricey privacy problem
    problems quit quits randomly refund refuse refused refuses removed repeated restart restarted
    restarting reinstall reinstalled reset ridiculous ridiculously ruin ruined rubbish sad sadly
    scam shame shut shuts sick skip skips slow slower slowly slows sluggish spam spy stole stolen
    stop stopped stops stuck stupid suck sucked sucks terrible tired trash trouble troubles
    ugly unable unacceptable unstable uninstall uninstalled uninstalling unnecessary unreliable
    unresponsive unusable upset useless virus wait waiting waste wasted waste weak weird worse
    worst worried wrong
    """
)
"""Negation, contrast and comparison; asking and wishing; trouble and loss."""

EMPTY = _words(
    """
    a about absolute absolutely actually all also always am an and any anyone anything anytime
    anywhere app application apps are around as at aw be been being bit both bro by came can come
    completely d daily day days definitely did do does doing done dude each easily enough entire
    especially even ever every everybody everyday everyone everything everywhere extremely far feel
    few find first five for forever found four from fully get gets getting go goes going got guy
    guys ha had haha has have having he hello her here hey hi him his honestly i i'd i'll i'm i've
    idea id im in indeed into is it it's its ive job just keep kind kinda know lad ladies life like
    likes literally little lol long look looking looks lot lots made make makes man many may me mean
    men mom month months most mother much my myself new now of oh ok okay old omg on one ones
    or other others our out over overall own people per person phone plus point pretty product
    program quality quite r really review right s said say says see set she simple simply since so
    some someone something soo software sort star stars stuff such sure t team tell that that's
    thats the their them then there there's these they they're thing things think this those three
    through time times to today together too tool took totally truly try two u under up ur us use
    user users using very via was way we week weeks well went were what when where which while who
    whole will with work worked working works world worth y ya yea yeah year years yep yes you
    you're your yours
    """
)
"""Words that name no matter by themselves."""


def is_praise_or_empty(text: str) -> bool:
    """Say whether a text is only praise, or has no content; in doubt it is neither."""
    if "?" in text:
        return False
    words = [word.replace("’", "'") for word in WORD.findall(text.casefold())]
    if len(words) > MAX_WORDS or not all(LATIN.fullmatch(word) for word in words):
        return False
    plain = [STRETCHED.sub(r"\1", word) for word in words if not word.isdigit()]
    if any(word in HINTS or word.endswith("n't") for word in (*words, *plain)):
        return False
    praise = sum(word in PRAISE for word in plain)
    unknown = sum(word not in PRAISE and word not in EMPTY for word in plain)
    return unknown <= praise * UNKNOWN_PER_PRAISE
