// What the page offers to do with the thing in view: a focused card, an open signal, the project.
// The palette lists the page's own controls and presses them; see acts.py.

import { useEffect } from "react";

export const DRAWN = "palette-drawn";
const BARE = { "data-cmd": "", "aria-selected": "false" };
let subject = null;

function visible(element) {
  return element.getClientRects().length > 0;
}

function label(control) {
  const said = control.dataset.act || control.getAttribute("aria-label");
  if (said) return said.replace(/ \([A-Z]\)$/, "");
  const bare = control.cloneNode(true);
  for (const cap of bare.querySelectorAll(".kbd")) cap.remove();
  return bare.textContent.trim();
}

// What may be done, by its words: the later regions of a page first, as its top bar holds the rest.
function controls({ kind, name, listed }) {
  const found = new Map();
  for (const region of [...document.querySelectorAll("[data-acts]")].reverse()) {
    const fits = region.dataset.acts === kind && region.dataset.name === name;
    if (!fits || ("listed" in region.dataset) !== listed) continue;
    const all = [...region.querySelectorAll("button:not(:disabled), a[href]")];
    // Of a card or a row, opening it is the first thing to do.
    if (listed) all.sort((one, other) => other.matches("a") - one.matches("a"));
    for (const control of all) {
      const words = visible(control) ? label(control) : "";
      if (words && !found.has(words)) found.set(words, control);
    }
  }
  return found;
}

// Which thing is meant: the focused one, else the open one, else the one under the pointer or mark.
function candidates() {
  const all = [...document.querySelectorAll("[data-acts]")];
  const focused = document.activeElement?.closest?.("[data-acts]");
  const listed = all.filter((one) => "listed" in one.dataset);
  return [
    ...(focused ? [focused] : []),
    ...all.filter((one) => !("listed" in one.dataset)),
    ...listed.filter((one) => one.matches(":hover")),
    ...listed.filter((one) => one.matches(".cur")),
  ];
}

// Remember what is in view while the page still has the focus.
export function look() {
  subject = null;
  for (const region of candidates()) {
    const { acts: kind, name } = region.dataset;
    const found = { kind, name, listed: "listed" in region.dataset };
    if (controls(found).size) {
      subject = found;
      return;
    }
  }
}

export function perform(words) {
  const control = subject && controls(subject).get(words);
  if (!control) return;
  control.focus();
  // A menu opens by its key; it does not hear of clicks that no pointer made.
  if (control.getAttribute("aria-haspopup") === "menu") {
    control.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
  } else {
    control.click();
  }
}

function copyIcon(place, control) {
  const drawn = control.querySelector("svg");
  if (place && drawn) place.replaceChildren(drawn.cloneNode(true));
}

function Act({ words, control, number }) {
  const cap = control.dataset.key;
  return (
    <div
      id={`act-${number}`}
      role="option"
      className="pal-l"
      data-words={words.toLowerCase()}
      data-do={words}
      data-href={control.getAttribute("href") || undefined}
      {...BARE}
    >
      <span className="pal-i" ref={(place) => copyIcon(place, control)} />
      <span className="grow trunc">{words}</span>
      {cap && <span className="kbd" aria-hidden="true">{cap.toUpperCase()}</span>}
    </div>
  );
}

export function PaletteActs() {
  useEffect(() => {
    document.dispatchEvent(new Event(DRAWN));
  }, []);
  if (!subject) return null;
  const title = `On this ${subject.kind}`;
  const offered = [...controls(subject)];
  return (
    <div role="group" aria-label={`${title}, ${subject.name}`} data-commands="">
      <div className="pal-h">
        {title} · {subject.name}
      </div>
      {offered.map(([words, control], number) => (
        <Act key={words} words={words} control={control} number={number} />
      ))}
    </div>
  );
}
