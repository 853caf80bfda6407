// The keys that work everywhere: ⌘K or Ctrl K, ?, G and a letter; and walking inside the palette.
import { useEffect, useRef } from "react";
import { DRAWN, look, perform } from "./palette_acts.jsx";

export { PaletteActs } from "./palette_acts.jsx";

const TYPING = "input, textarea, select, [contenteditable=true]";
const OVERLAY = "[role=dialog], [role=alertdialog], [role=menu]";
const GO_MS = 1200;
const MAC = typeof navigator !== "undefined" && /Mac|iP(hone|ad|od)/.test(navigator.platform);
const KEPT = 12;
const KEPT_KEY = "pmflow.recent";

// Where the viewer was when the palette was opened; a page that follows takes over from the one
// before it, so it outlasts the component, and a reload forgets it.
const left = { current: null };

// Only addresses are kept, never what stands there; the server names them to whom they are shown.
function kept() {
  try {
    const paths = JSON.parse(localStorage.getItem(KEPT_KEY) || "[]");
    return Array.isArray(paths) ? paths.filter((path) => typeof path === "string") : [];
  } catch {
    return [];
  }
}

function keep(path) {
  if (!/^\/w\/[^/]+\/(projects|themes|runs)\/./.test(path) || path.length > 300) return;
  try {
    const paths = [path, ...kept().filter((other) => other !== path)].slice(0, KEPT);
    localStorage.setItem(KEPT_KEY, JSON.stringify(paths));
  } catch {
    // A browser that keeps nothing has no recent pages.
  }
}

function lines(box) {
  return [...box.querySelectorAll("[data-cmd]")].filter((line) => line.getClientRects().length);
}

function choose(box, input, line) {
  for (const other of box.querySelectorAll("[data-cmd]")) {
    other.setAttribute("aria-selected", other === line ? "true" : "false");
  }
  if (!line) return input.removeAttribute("aria-activedescendant");
  input.setAttribute("aria-activedescendant", line.id);
  line.scrollIntoView({ block: "nearest" });
}

// Commands are on the page from the start; what is typed hides those that do not match.
function narrow(box, text) {
  const words = text.replace(/^>\s*/, "").toLowerCase().split(/\s+/).filter(Boolean);
  for (const section of box.querySelectorAll("[data-commands]")) {
    let any = false;
    for (const line of section.querySelectorAll("[data-words]")) {
      const fits = words.every((word) => line.dataset.words.includes(word));
      line.hidden = !fits || (!words.length && !text && line.hasAttribute("data-typed"));
      any ||= !line.hidden;
    }
    section.hidden = !any;
  }
}

// Do something on the page, once the palette is out of the way.
function afterwards(act) {
  const until = Date.now() + 2000;
  const wait = () => {
    if (!document.querySelector(OVERLAY)) act();
    else if (Date.now() < until) setTimeout(wait, 30);
  };
  setTimeout(wait, 30);
}

// A command does what its key does on the page.
function press(key) {
  document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
}

function settle() {
  const box = document.getElementById("palette");
  const input = document.getElementById("palette-q");
  if (!box || !input) return;
  narrow(box, input.value);
  choose(box, input, lines(box)[0]);
}

export function Palette({ opened, answered, onOpen, onSheet, onClose }) {
  const latest = useRef({});
  latest.current = { onOpen, onSheet, onClose };

  useEffect(() => {
    let goUntil = 0;
    document.documentElement.toggleAttribute("data-mac", MAC);
    const before = kept();
    keep(window.location.pathname);
    const shown = () => {
      look();
      left.current = document.activeElement;
      latest.current.onOpen?.(before.filter((path) => path !== window.location.pathname));
    };

    const inside = (event, box, input) => {
      const all = lines(box);
      const here = all.findIndex((line) => line.getAttribute("aria-selected") === "true");
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        const step = event.key === "ArrowDown" ? 1 : -1;
        choose(box, input, all[(here + step + all.length) % all.length]);
      } else if (event.key === "Enter" && all[here]) {
        event.preventDefault();
        const href = all[here].getAttribute("href") || all[here].dataset.href;
        if ((event.metaKey || event.ctrlKey) && href) window.open(href, "_blank", "noopener");
        else all[here].click();
      }
    };

    const onKey = (event) => {
      const box = document.getElementById("palette");
      if ((event.metaKey || event.ctrlKey) && !event.altKey && event.key.toLowerCase() === "k") {
        event.preventDefault();
        event.stopImmediatePropagation();
        if (box) latest.current.onClose?.(false);
        else if (!document.querySelector(OVERLAY)) shown();
        return;
      }
      if (box && event.target.id === "palette-q") return inside(event, box, event.target);
      if (event.metaKey || event.ctrlKey || event.altKey) return;
      if (event.target.closest?.(TYPING) || document.querySelector(OVERLAY)) return;
      if (event.key === "?") {
        event.preventDefault();
        latest.current.onSheet?.();
        return;
      }
      const key = event.key.toLowerCase();
      if (Date.now() < goUntil) {
        goUntil = 0;
        const link = document.querySelector(`.side [data-go="${CSS.escape(key)}"]`);
        if (!link) return;
        event.preventDefault();
        event.stopImmediatePropagation();
        link.click();
      } else if (key === "g" && !event.shiftKey) {
        goUntil = Date.now() + GO_MS;
      }
    };
    const onInput = (event) => {
      if (event.target.id === "palette-q") settle();
    };
    const onClick = (event) => {
      if (event.target.closest?.("[data-palette]")) {
        event.preventDefault();
        shown();
        return;
      }
      const line = event.target.closest?.("#palette [data-cmd]");
      if (!line) return;
      latest.current.onClose?.(false);
      const { do: words, press: key } = line.dataset;
      if (words) afterwards(() => perform(words));
      else if (key) afterwards(() => press(key));
    };
    window.addEventListener("keydown", onKey, true);
    document.addEventListener("input", onInput);
    document.addEventListener(DRAWN, settle);
    document.addEventListener("click", onClick, true);
    return () => {
      window.removeEventListener("keydown", onKey, true);
      document.removeEventListener("input", onInput);
      document.removeEventListener(DRAWN, settle);
      document.removeEventListener("click", onClick, true);
    };
  }, []);

  useEffect(() => {
    if (!opened) return undefined;
    // Left open on a page that was reloaded or left by its address: nobody asked for it here.
    if (!left.current) {
      latest.current.onClose?.(false);
      return undefined;
    }
    // The dialog is drawn in a frame of its own.
    const timer = setTimeout(settle, 40);
    return () => clearTimeout(timer);
  }, [opened, answered]);

  // Whoever closes the palette goes on where they were.
  useEffect(() => {
    if (!opened) return undefined;
    return () => afterwards(() => {
      if (document.activeElement === document.body) left.current?.focus?.();
    });
  }, [opened]);

  return null;
}
