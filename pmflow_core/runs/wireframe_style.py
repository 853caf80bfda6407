"""How a prototype looks: a wireframe, so that nobody takes it for the product."""

STYLE = """
:root { --page: #f4f4f1; --paper: #fff; --ink: #1d1f22; --soft: #5b6068; --line: #c9ccd1;
  --fill: #ecedf0; --act: #2f4bd6; --on-act: #fff; --note: #fff4d6; --note-line: #d9a91a; }
@media (prefers-color-scheme: dark) {
  :root { --page: #131417; --paper: #1c1e22; --ink: #eceef1; --soft: #a2a8b1; --line: #3b3f47;
    --fill: #262930; --act: #93a5ff; --on-act: #10131f; --note: #3a300f; --note-line: #c79b22; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
.bar { display: flex; flex-wrap: wrap; gap: 4px 16px; padding: 12px 20px; background: var(--paper);
  border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
.bar span, aside { color: var(--soft); }
main { padding: 16px 20px 48px; }
.view { display: none; }
.view.first, .view:target { display: block; }
.view:target ~ .first { display: none; }
.view:target { scroll-margin-top: 100vh; }
a { color: var(--act); }
a:focus-visible, input:focus-visible { outline: 3px solid var(--act); outline-offset: 2px; }
.screens, .states { display: flex; flex-wrap: wrap; gap: 8px; margin-bottom: 16px; }
.screens a, .states a { padding: 5px 12px; min-height: 34px; border: 1px solid var(--line);
  border-radius: 17px; background: var(--paper); color: var(--ink); text-decoration: none;
  font-size: 14px; overflow-wrap: anywhere; }
.screens a[aria-current], .states a[aria-current] { background: var(--ink); color: var(--paper);
  border-color: var(--ink); }
.stage { display: flex; flex-wrap: wrap; gap: 24px; align-items: flex-start; }
.device { flex: 1 1 320px; max-width: 420px; min-height: 480px; padding: 20px;
  background: var(--paper); border: 2px solid var(--line); border-radius: 20px;
  display: flex; flex-direction: column; gap: 14px; overflow-wrap: anywhere; }
.device .title { padding-bottom: 10px; border-bottom: 1px dashed var(--line); font-weight: 600; }
.device h2 { margin: 4px 0 0; font-size: 20px; line-height: 1.3; }
.device p { margin: 0; }
.button { display: block; padding: 11px 16px; min-height: 44px; border-radius: 10px;
  background: var(--act); color: var(--on-act); text-align: center; text-decoration: none;
  font-weight: 600; }
.link { display: inline-block; padding: 2px 0; }
[aria-disabled] { opacity: .55; cursor: not-allowed; }
.button[aria-disabled] { background: var(--fill); color: var(--ink); opacity: 1;
  border: 1px dashed var(--line); }
.field { display: flex; flex-direction: column; gap: 4px; font-size: 14px; color: var(--soft); }
.field input { padding: 10px 12px; min-height: 44px; border: 1px solid var(--line);
  border-radius: 10px; background: var(--page); color: var(--ink); font: inherit; width: 100%; }
.list { margin: 0; padding: 0; list-style: none; border: 1px solid var(--line);
  border-radius: 10px; }
.list li { padding: 10px 12px; border-top: 1px solid var(--line); }
.list li:first-child { border-top: 0; }
.notice, .state { padding: 12px 14px; background: var(--note);
  border-left: 4px solid var(--note-line); border-radius: 6px; }
.state { margin: auto 0; text-align: center; border-left: 0; padding: 28px 16px; }
.state .name { font-weight: 600; margin-bottom: 6px; }
aside { flex: 1 1 220px; max-width: 420px; font-size: 14px; overflow-wrap: anywhere; }
aside h2 { margin: 16px 0 4px; font-size: 13px; color: var(--ink); }
aside p { margin: 0; }
.ids { display: flex; flex-wrap: wrap; gap: 6px; margin: 0; padding: 0; list-style: none; }
.id { padding: 1px 8px; border: 1px solid var(--line); border-radius: 6px; }
"""
