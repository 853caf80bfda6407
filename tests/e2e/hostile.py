"""Texts that would run, load or lead somewhere if a page took them for more than text.

The classes are those of https://cheatsheetseries.owasp.org/cheatsheets/XSS_Filter_Evasion_Cheat_Sheet.html
and of Markdown's own ways to links, images and raw markup. Each sets `window.hit`, asks
`evil.example`, or would be an element or an address that no page of ours has.
"""

from itertools import cycle

HIT = "window.hit=1"
EVIL = "http://evil.example"
ELEMENTS = (
    f"<script>{HIT}</script>",
    f"<ScRiPt src='{EVIL}/s.js'></sCrIpT>",
    f"<img src=x onerror={HIT}>",
    f'"><img src="{EVIL}/i.png" onload="{HIT}">',
    f"'><svg onload={HIT}>",
    f"<svg><animate onbegin={HIT} attributeName=x dur=1s>",
    f"<svg><script>{HIT}</script></svg>",
    f"<details open ontoggle={HIT}>",
    f"<input autofocus onfocus={HIT}>",
    f"<body onload={HIT}>",
    f"<iframe srcdoc='<script>parent.{HIT[7:]}</script>'></iframe>",
    f"<object data='{EVIL}/o'></object><embed src='{EVIL}/e'>",
    f"<math><mtext></form><form><mglyph><style></math><img src onerror={HIT}>",
    f"<link rel=stylesheet href='{EVIL}/c.css'><meta http-equiv=refresh content='0;url={EVIL}'>",
    f"<base href='{EVIL}/'><form action='{EVIL}/f'><button>Go</button></form>",
    f"<style>@import '{EVIL}/i.css'; body{{background:url({EVIL}/b.png)}}</style>",
    f"<div style=\"background:url('{EVIL}/d.png')\">",
    f"<video autoplay src='{EVIL}/v.mp4' onloadstart={HIT}></video>",
    f"<a href='javascript:{HIT}'>click</a>",
    f"<marquee onstart={HIT}>",
)
ADDRESSES = (
    f"javascript:{HIT}//",
    f"JaVaScRiPt\t:{HIT}//",
    f"\x01javascript:{HIT}//",
    f"data:text/html,<script>{HIT}</script>",
    f"vbscript:{HIT}",
    f"//evil.example/{HIT}",
    f"red;background:url({EVIL}/colour.png)",
)
MARKDOWN = (
    f"[link](javascript:{HIT})",
    f"[tab](java\tscript:{HIT})",
    f"[entity](&#106;avascript:{HIT})",
    "[data](data:text/html;base64,PHNjcmlwdD4x)",
    "[protocol](//evil.example/p)",
    f"<javascript:{HIT}>",
    f"![beacon]({EVIL}/beacon.png)",
    f'![x]({EVIL}/t.png "onerror={HIT}")',
    f"[ref]: javascript:{HIT}",
    "[ref]",
    f"**[`<img src=x onerror={HIT}>`]({EVIL}/x'onmouseover='{HIT})**",
    f"| <script>{HIT}</script> | b |\n|---|---|\n| ![]({EVIL}/cell.png) | 2 |",
    f"```html\n<script>{HIT}</script>\n```",
    f"# <img src=x onerror={HIT}>",
    f"> - <svg onload={HIT}>",
    f"<!-- --><script>{HIT}</script><!-- -->",
    "[S-1] [S-<img src=x>] @[x](y)",
)
TEMPLATES = (
    "{{constructor.constructor('" + HIT + "')()}}",
    "${" + HIT + "}",
    "{" + HIT + "}",
    "`${" + HIT + "}`",
    "<%= 7*7 %>",
    "#{7*7}",
    '{"__html": "<img src=x onerror=' + HIT + '>"}',
    "\u2028;" + HIT + ";\u2029",
    "\\u003cscript\\u003e" + HIT + "\\u003c/script\\u003e",
    "</script><script>" + HIT + "</script>",
    "]]></title></textarea></style></noscript><img src=x onerror=" + HIT + ">",
    "&lt;img src=x onerror=" + HIT + "&gt;",
    "\u202e<img src=x onerror=" + HIT + ">",
)
CORPUS = (*ELEMENTS, *ADDRESSES, *MARKDOWN, *TEMPLATES)
SHORT = f"<img src=x onerror={HIT}>"


class Words:
    """Gives each column of text the whole corpus, each time with another text in front."""

    def __init__(self) -> None:
        self._first = cycle(range(len(CORPUS)))

    def __call__(self, column: str) -> str:
        """Return what stands in a column of that name."""
        if column in ("url", "link", "source_ref", "colour"):
            return ADDRESSES[next(self._first) % len(ADDRESSES)]
        first = next(self._first)
        return "\n\n".join((*CORPUS[first:], *CORPUS[:first], "Shown"))
