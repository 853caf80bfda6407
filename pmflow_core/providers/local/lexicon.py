"""English word lists by which the local provider tells praise, problems and requests apart."""

import re

FUNCTION_WORDS = frozenset(
    """a about above after again all also although am an and any are as at be because been before
    being below between both but by could did do does doing down during each few for from further
    had has have having he her here hers him his how i if in into is it its itself just me more
    most my myself nor of off on once only or other our ours out over own same she should so some
    such than that the their theirs them themselves then there these they this those through to
    too under until up us very was we were what when where which while who whom why will with
    would you your yours yourself
    across via onto within per among along around behind beyond despite inside outside toward
    towards whether""".split()  # noqa: SIM905 - a list of quoted words hides typing errors
)

# Plain verbs that begin what people try to do, though they name no problem by themselves.
DEED_STARTS = frozenset(
    """add buy change choose find fix get keep listen open pay pick play put read remove run see
    send set show turn type use view watch write access load look make move try""".split()  # noqa: SIM905
)

NEGATIONS = frozenset("no not never none cannot nothing without nobody".split())  # noqa: SIM905

# Words no name of a problem begins or ends with: talk about the talk, and verbs of any subject.
WEAK_WORDS = frozenset(
    """able actually add again ago all almost already also always annoying anymore anyone anything
    anyway apart app apps ask asap away awful back bad become began believe better bit bring came
    cant certain change come comes completely constantly could couldnt day days definitely didnt
    different disappoint disappointed disappointing doesnt doing done dont dumb easy else enough
    especially honestly even ever every everyone everything expect extremely far feel figure
    find fine first fix fixed fixing forever frustrating gave gets getting give gives giving glad go
    goes going gone gonna got guys happen happened happening happens hard
    hate havent hello help hey hi hope hopefully
    horrible huge idk immediately instead isnt ive joke keep keeps kind know lately later least
    let lets like likes little literally long longer look looking looks lot lots made make makes
    making many may maybe mean might mine minute month months most much must near need needed
    needs never new nothing now obviously often ok okay old one ones ppl people please pls plz
    poor pretty probably put quite rate rather real really reason recent recently ridiculous right
    sad said say saying says see seem seems seen set shame shouldnt show simply since someone
    something sometimes soon sort sorry star stars start started still stop stopped stuff stupid
    suck sucks suddenly suggest supposed sure take taken takes tell telling terrible thank thanks
    thing things think though thought time times today together told took totally tried try
    trying two type unable understand unfortunately unless upon ur use used useless user users
    uses using usually wait waiting wanna want wanted wants wasnt waste way week weeks weird well
    went weren wheres whole wish wont wonder work worked working works worse worst wouldnt wow wtf
    year years yes yet yesterday yall im id ill u r n whats hes thats theres youre theyre weve isn
    doesn don didn wasn won aren couldn shouldn wouldn ain hasn haven ve re ll get can cannot turn
    remove removed provide provides basic important main necessary essential
    removing arent hasnt wouldve person review reviews wanting
    allow allows allowed choose click everytime listen listening pay paying open
    opens opening load loading run running see change changed pick select buy keep
    send sent""".split()  # noqa: SIM905
)

PRAISE_WORDS = frozenset(
    """amazing awesome beautiful best brilliant cool enjoy enjoying excellent excelent fabulous
    fantastic fav favorite favourite flawless fun good great happy incredible like love loved loves
    loving nice outstanding perfect perfectly recommend recommended satisfied smooth super superb
    terrific thank thanks thx useful wonderful wow works yay addicted addicting helpful easy
    lovely convenient handy impressed impressive intuitive invaluable life-saver lifesaver neat
    pleased priceless slick smoothly stunning sweet gem must-have essential enjoyable enjoyed
    liked likes luv reliable excellently easily fantastically quick quickly""".split()  # noqa: SIM905
)

PROBLEM = re.compile(
    r"\b(?:not|no|never|cannot|cant|wont|dont|doesnt|didnt|isnt|\w+n[’']t|unable|without|nothing"
    r"|but|however|although|except|unfortunately|only|instead|anymore"
    r"|problem\w*|issue\w*|bug\w*|crash\w*|error\w*|fail\w*|broke\w*|wrong|glitch\w*"
    r"|freez\w*|frozen|hang\w*|slow\w*|lag\w*|stuck|stop(?:s|ped)?|lost|los(?:e|es|ing)"
    r"|missing|gone|disappear\w*|remov\w*|declin\w*|reject\w*|stolen|blocked|pending"
    r"|annoy\w*|hate\w*|suck\w*|terrible|horrible|awful|worst|worse|useless|bad|poor|stupid"
    r"|ridiculous|frustrat\w*|disappoint\w*|confus\w*|hard|difficult|expensive|waste|ruin\w*"
    r"|uninstall\w*|forced?|forces|fix\w*|limit\w*|still|waiting|where(?:[’']?s)?)\b",
    re.IGNORECASE,
)

# Words that tell of trouble whatever else is said; the others of PROBLEM occur in praise too.
TROUBLE = re.compile(
    r"\b(?:cannot|cant|wont|dont work|doesnt|didnt|(?:ca|wo|does|did|is|was)n[’']t|unable"
    r"|problem\w*|issues?|bugs?|buggy|crash\w*|errors?|fail(?:s|ed|ing|ure)?|broke\w*|wrong"
    r"|glitch\w*|freez\w*|frozen|hangs?|slow|slows|slowly|lags?|laggy|lagging|stuck|lost|missing"
    r"|gone|disappear\w*|removed|removing|declin\w*|reject\w*|stolen|blocked|pending|annoy\w*"
    r"|hate[sd]?|suck\w*|terrible|horrible|awful|worst|worse|useless|bad|poor|poorly|ridiculous"
    r"|frustrat\w*|disappoint\w*|confus\w*|difficult|expensive|waste|ruin\w*|uninstall\w*|fix"
    r"|forced|forces|too (?:many|much|big|small|slow|long|often|expensive|complicated|few)"
    r"|lacks?|lacking|critiques?|criticisms?|gripes?|drawbacks?|downsides?|complaints?"
    r"|clunky|ugly|drains?|unfortunately|no longer|no way|still (?:waiting|not|no|needs?|ha[sv]e?)"
    r"|stop(?:s|ped) \w+ing|why|trouble|headache|impossible|paus(?:es|ing)|mess(?:ed|es) up"
    r"|screwed|have to pay|needs? to (?:be|add|have|fix)|(?<=\A)(?:add|bring|allow|support) \w+)\b",
    re.IGNORECASE,
)
CONTRAST = re.compile(
    r"\b(?:but|however|although|though|except|only (?:thing|problem|issue))\b([^.!?\n]*)",
    re.IGNORECASE,
)

REQUEST = re.compile(
    r"\b(?:(?:please|pls|plz)\s+(?:\w+\s+)?(?:add|make|bring|let|allow|put|give|fix|change|include"
    r"|return|restore|enable|remove|provide|help|support)"
    r"|(?:i|we)\s+wish|(?:i|we)[’']d\s+(?:like|love)\s+(?:to|a|an|the|it)\b|wish\s+(?:it|they|you|there)"
    r"|would\s+(?:be\s+(?:\w+\s+)?(?:nice|great|better|good|cool|helpful|perfect)|love|like)"
    r"|(?<!\bi\s)(?:should|could)\s+(?:be|have|add|make|let|allow|give|really|at\s+least)"
    r"|(?:can|could|would)\s+you\s+(?!believe)\w+|bring\s+(?:it\s+|the\s+\w+\s+)?back"
    r"|(?:it|app|you|they|there)\s+needs?\s+(?:a|an|to\s+be|to\s+have|more|better)\b|if\s+only|feature\s+request"
    r"|(?:need|want)\s+(?:the\s+)?(?:ability|option)|let\s+(?:us|me)\b(?<!won't let me))",
    re.IGNORECASE,
)

REFUSAL = re.compile(
    r"(?:n[’']t|\bnot|\bwont|\bnever|\bno longer)\s+(?:even\s+)?let", re.IGNORECASE
)

COARSE = re.compile(
    r"\b(?:wtf|omg|stfu|sh[i!]t\w*|cr[a@]p\w*|f+u+c*k\w*|fu?cking|freaking?|damn\w*|bull\w*|ass"
    r"|hell|bitch\w*|idiots?|morons?|sucks?|blows?|stupid(?:est)?|pathetic|trash|garbage)\b",
    re.IGNORECASE,
)

_TROUBLES = (
    r"(?:problem\w*|troubles?|issues?|complain(?:t?s)?|glitch\w*|hassles?|lags?|lagging|freez\w*"
    r"|bugs?|failures?|errors?|crash\w*|regrets?|difficulty|difficulties|headaches?)"
)
_CANNOT = r"(?:can[’']?t|cannot|can not|couldn[’']?t|could not|don[’']?t|wouldn[’']?t|won[’']?t)"
_GLADLY = (
    r"(?:find|found|know|known|get|gotten|got|have|had|try|tried|use|used|download|downloaded"
    r"|discover|discovered|install|installed|start|started|hear|heard)"
)

# Denied trouble is praise: without any problem, never lets me down, could not live without.
CONTENT = re.compile(
    r"\b(?:"
    r"(?:no|zero|without|less|never|nothing|hardly|not"
    r"|(?:have|has|had|did|does|do|is|was|are)n[’']?t)"
    rf" (?:(?!but\b|and\b|or\b|only\b|fix|the\b)\w+ ){{0,3}}{_TROUBLES}"
    rf"(?:,? (?:or|and|nor) (?:\w+ )?{_TROUBLES})*"
    r"|(?:not|never|nothing|isn[’']?t|wasn[’']?t) (?:(?:was|is|at all|too|very|really|ever) )?"
    r"(?:missing|wrong|slow)"
    rf"|{_TROUBLES} (?:(?!not?\b)\w+ ){{0,4}}(?:(?:have|has|had|are|is|were|was|been|all|now) )+"
    r"(?:disappeared|gone|fixed|solved|resolved|history)"
    r"|(?:solv|fix)(?:es|ed) (?:\w+ ){0,3}(?:problem|issue|bug)s?"
    r"|never (?:gives?|lets?|fails?|loses?|miss|misses|missed|forget|leaves?|have to|had to)"
    r"|not only|no matter|lost without|no longer (?:have|need)"
    r"|what (?:more|else) (?:can|could|would|do|does) \w+|what (?:can|could) (?:i|you|one) say"
    r"|what[’']?s (?:not|to say|there (?:not )?to)|how (?:\w+ )?(?:easy|cool|great|simple|nice) is"
    r"|(?:what|how) did (?:i|we|people) (?:ever )?(?:\w+ ){1,3}(?:without|before)"
    r"|who (?:does|would|could)n[’']?t"
    r"|(?:do|does|did)n[’']?t (?:\w+ )?(?:lock|freeze|crash|lag|slow)\w*|wait(?:ing)? for me"
    r"|(?:do|does|did|have|without|not|never)(?:n[’']?t)? (?:have|need|having|needing) to"
    rf"|{_CANNOT} (?:\w+ )?(?:be (?:happier|better|easier|without)|beat|go wrong|fault|complain"
    r"|say enough|live without|do without|imagine|function without|get enough|ask for"
    r"|wait (?:for|to|till)"
    r"|stop (?:using|watching|listening|playing|looking|buying|myself)|put (?:it|this) down"
    r"|recommend|thank|know (?:how|what) (?:i|we)|regret|be (?:sorry|disappointed)"
    r"|believe (?:how|it|i))"
    r"|(?:not|isn[’']?t|wasn[’']?t) (?:\w+ )?(?:hard|difficult|bad|disappointed)"
    r"|(?:hard|difficult|impossible) to (?:go wrong|beat|fault|live without|put down)"
    rf"|wish(?:ed)? (?:that )?(?:i|we) (?:(?:had|would|could|have|[’']?d|only) )+{_GLADLY}"
    r" (?:\w+ ){0,4}(?:sooner|earlier|before|years ago|long ago)"
    r")\b",
    re.IGNORECASE,
)
