"""The design tokens: the one source of colour, type, space, radius, shadow and motion.

`python -m pmflow_ui.theme` writes them to `assets/css/tokens.css`; a test keeps the two in step.
Light and dark are complete sets, and a component never names a raw colour. The theme is the class
`light` or `dark` on <html>, which the framework's head script sets before the first paint.
"""

from collections.abc import Mapping
from pathlib import Path

TOKENS_FILE = Path(__file__).parent.parent / "assets" / "css" / "tokens.css"

SCALE: Mapping[str, str] = {
    "font-ui": (
        '"Inter Variable",Inter,ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,sans-serif'
    ),
    "font-mono": '"JetBrains Mono Variable",ui-monospace,SFMono-Regular,Menlo,Consolas,monospace',
    "font-features": '"calt" 1,"ss03" 1',
    "numeric": "tabular-nums",
    "t-11": "11px",
    "lh-11": "16px",
    "t-12": "12px",
    "lh-12": "16px",
    "t-13": "13px",
    "lh-13": "20px",
    "t-14": "14px",
    "lh-14": "20px",
    "t-15": "15px",
    "lh-15": "24px",
    "t-18": "18px",
    "lh-18": "24px",
    "t-22": "22px",
    "lh-22": "28px",
    "w-regular": "400",
    "w-medium": "500",
    "w-semi": "600",
    "track-tight": "-.011em",
    "s-1": "4px",
    "s-2": "8px",
    "s-3": "12px",
    "s-4": "16px",
    "s-5": "20px",
    "s-6": "24px",
    "s-8": "32px",
    "s-10": "40px",
    "s-12": "48px",
    "row": "32px",
    "control": "28px",
    "control-sm": "24px",
    "control-lg": "32px",
    "topbar": "44px",
    "toolbar": "40px",
    "sidebar": "212px",
    "drawer": "424px",
    "touch": "44px",
    "r-chip": "4px",
    "r-control": "6px",
    "r-card": "8px",
    "r-overlay": "10px",
    "r-full": "999px",
    "m-fast": "80ms",
    "m-base": "120ms",
    "m-slow": "150ms",
    "ease": "cubic-bezier(.2,0,0,1)",
    "z-drawer": "20",
    "z-bar": "30",
    "z-overlay": "40",
    "z-toast": "50",
}

LIGHT: Mapping[str, str] = {
    "canvas": "#F3F4F6",
    "surface": "#FFFFFF",
    "sunk": "#F8F8FA",
    "raised": "#FFFFFF",
    "overlay": "#FFFFFF",
    "hover": "#F1F2F4",
    "pressed": "#E8E9ED",
    "selected": "#EEF2FE",
    "scrim": "rgba(16,18,24,.32)",
    "line": "#E7E8EC",
    "line-strong": "#D5D7DD",
    "line-control": "#868B96",
    "text": "#16181D",
    "text-2": "#464B55",
    "text-3": "#646A75",
    "text-off": "#9EA3AD",
    "on-solid": "#FFFFFF",
    "accent": "#3E63DD",
    "accent-hover": "#3456C8",
    "accent-text": "#3152BF",
    "accent-soft": "#EBEFFD",
    "accent-line": "#B9C7F8",
    "focus": "#3E63DD",
    "sev-critical": "#C62F35",
    "sev-critical-soft": "#FDECEC",
    "sev-high": "#B4500B",
    "sev-high-soft": "#FDF0E4",
    "sev-medium": "#826400",
    "sev-medium-soft": "#FAF3D5",
    "sev-low": "#5B6573",
    "sev-low-soft": "#EEF0F3",
    "mark-critical": "#D93D42",
    "mark-high": "#DD6B1B",
    "mark-medium": "#B58A14",
    "mark-low": "#8A94A3",
    "mark-completed": "#2B935A",
    "st-queued": "#5F6672",
    "st-queued-soft": "#EEF0F3",
    "st-running": "#0B6BB8",
    "st-running-soft": "#E5F1FB",
    "st-waiting": "#8F5A00",
    "st-waiting-soft": "#FDF2DB",
    "st-waiting-line": "#EBCF94",
    "st-completed": "#1B7A43",
    "st-completed-soft": "#E5F5EB",
    "st-failed": "#C62F35",
    "st-failed-soft": "#FDECEC",
    "st-failed-line": "#F3BDBF",
    "st-cancelled": "#646A75",
    "st-cancelled-soft": "#EEF0F3",
    "c-1": "#3E63DD",
    "c-2": "#0E8C8C",
    "c-3": "#B0569C",
    "c-4": "#8A94A3",
    "grid": "#ECEDF0",
    "axis": "#646A75",
    "add": "#E6F5EA",
    "add-word": "#BDE5C8",
    "del": "#FDECEC",
    "del-word": "#F8C9CB",
    "mark": "#FFF0B8",
    "sh-card": "0 1px 2px rgba(16,18,24,.06)",
    "sh-lift": "0 2px 4px rgba(16,18,24,.08),0 12px 28px rgba(16,18,24,.16)",
    "sh-overlay": (
        "0 0 0 1px rgba(16,18,24,.08),0 4px 10px rgba(16,18,24,.08),0 20px 48px rgba(16,18,24,.18)"
    ),
}

DARK: Mapping[str, str] = {
    "canvas": "#0B0C0E",
    "surface": "#121316",
    "sunk": "#0D0E10",
    "raised": "#1A1C20",
    "overlay": "#1D1F24",
    "hover": "#1C1E22",
    "pressed": "#24272C",
    "selected": "#191F33",
    "scrim": "rgba(0,0,0,.56)",
    "line": "#23252A",
    "line-strong": "#34373E",
    "line-control": "#737883",
    "text": "#EDEEF0",
    "text-2": "#B4B8C0",
    "text-3": "#8E939D",
    "text-off": "#5E636D",
    "on-solid": "#FFFFFF",
    "accent": "#3E63DD",
    "accent-hover": "#4A6DE4",
    "accent-text": "#9DB2FF",
    "accent-soft": "#1B2340",
    "accent-line": "#34458A",
    "focus": "#7B97FF",
    "sev-critical": "#FF8A8C",
    "sev-critical-soft": "#2E1719",
    "sev-high": "#FFA560",
    "sev-high-soft": "#351F0F",
    "sev-medium": "#E3C04A",
    "sev-medium-soft": "#2C2510",
    "sev-low": "#A3ACB9",
    "sev-low-soft": "#22262C",
    "mark-critical": "#E5484D",
    "mark-high": "#F08A35",
    "mark-medium": "#D0A92B",
    "mark-low": "#737D8C",
    "mark-completed": "#3C9A69",
    "st-queued": "#A0A5AF",
    "st-queued-soft": "#22262C",
    "st-running": "#6CB8F5",
    "st-running-soft": "#0F2538",
    "st-waiting": "#F2B84B",
    "st-waiting-soft": "#272011",
    "st-waiting-line": "#5A431A",
    "st-completed": "#5CC98A",
    "st-completed-soft": "#10281B",
    "st-failed": "#FF8A8C",
    "st-failed-soft": "#2A1618",
    "st-failed-line": "#6A2A2E",
    "st-cancelled": "#8E939D",
    "st-cancelled-soft": "#22262C",
    "c-1": "#6F8DF5",
    "c-2": "#3DB5B0",
    "c-3": "#D484C2",
    "c-4": "#737D8C",
    "grid": "#202227",
    "axis": "#8E939D",
    "add": "#10241A",
    "add-word": "#1E4A30",
    "del": "#2C1517",
    "del-word": "#5C2529",
    "mark": "#4A3D10",
    "sh-card": "0 0 0 0 transparent",
    "sh-lift": "0 0 0 1px rgba(255,255,255,.10),0 16px 36px rgba(0,0,0,.6)",
    "sh-overlay": "0 0 0 1px rgba(255,255,255,.10),0 24px 64px rgba(0,0,0,.64)",
}

RADIX: Mapping[str, str] = {
    "color-background": "var(--canvas)",
    "color-panel-solid": "var(--overlay)",
    "color-panel-translucent": "var(--overlay)",
    "color-overlay": "var(--scrim)",
    "gray-12": "var(--text)",
    "gray-11": "var(--text-2)",
    "default-font-family": "var(--font-ui)",
    "code-font-family": "var(--font-mono)",
}


# In the order in which later ones may override earlier ones; a test finds the forgotten.
STYLESHEETS = tuple(
    f"/css/{name}.css"
    for name in (
        "fonts", "tokens", "base", "controls", "marks", "panels", "shell", "first", "board",
        "overlays", "palette", "runs", "diff", "prose", "comments", "phone",
        "pages/sign", "pages/home", "pages/start", "pages/board", "pages/signals", "pages/theme",
        "pages/project", "pages/document", "pages/run", "pages/customers", "pages/personas",
        "pages/search", "pages/settings", "pages/inbox", "pages/members", "pages/recipes",
        "pages/insights", "pages/knowledge", "pages/ops", "pages/providers",
        "pages/account", "print",
    )
)  # fmt: skip


def _block(selector: str, tokens: Mapping[str, str], scheme: str = "") -> str:
    """Return one CSS rule that declares the tokens."""
    lines = [f"  color-scheme: {scheme};"] if scheme else []
    lines += [f"  --{name}: {value};" for name, value in tokens.items()]
    return "\n".join([f"{selector} {{", *lines, "}", ""])


def tokens_css() -> str:
    """Return the stylesheet that declares every token, for both themes."""
    still = {name: "0ms" for name in SCALE if name.startswith("m-")}
    return "\n".join(
        [
            "/* Generated from pmflow_ui/theme.py by `python -m pmflow_ui.theme`. */",
            _block(":root", SCALE),
            _block(":root", LIGHT, "light"),
            _block("html.dark", DARK, "dark"),
            _block(".radix-themes", RADIX),
            "@media (prefers-reduced-motion: reduce) {",
            _block(":root", still) + "}",
            "@media print {",
            _block("html.dark", LIGHT, "light") + "}",
            "",
        ]
    )


if __name__ == "__main__":
    TOKENS_FILE.write_text(tokens_css())
