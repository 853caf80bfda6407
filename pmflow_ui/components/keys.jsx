// A key presses the control that names it: <button data-key="m">. Inside a focused item that
// control comes first. J and K walk the items of the page: elements with data-item.
import { useEffect } from "react";

const TYPING = "input, textarea, select, [contenteditable=true]";
const OVERLAY = "[role=dialog], [role=alertdialog], [role=menu]";

function visible(element) {
  return element.getClientRects().length > 0;
}

function walk(step) {
  const items = [...document.querySelectorAll("[data-item]")].filter(visible);
  if (!items.length) return;
  const here = items.findIndex((item) => item.contains(document.activeElement));
  const next = items[here < 0 ? 0 : Math.min(items.length - 1, Math.max(0, here + step))];
  const target = next.matches("a, button, [tabindex]") ? next : next.querySelector("a") || next.querySelector("button");
  target?.focus();
  next.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function onKey(event) {
  if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey) return;
  if (event.target.closest?.(TYPING) || document.querySelector(OVERLAY)) return;
  const key = event.key.toLowerCase();
  if (key === "j" || key === "k") {
    walk(key === "j" ? 1 : -1);
    return;
  }
  if (!/^[a-z0-9/]$/.test(key)) return;
  const selector = `[data-key="${key}"]:not(:disabled)`;
  const item = document.activeElement?.closest?.("[data-item]");
  const control =
    item?.querySelector(selector) ||
    [...document.querySelectorAll(selector)].find(
      (found) => visible(found) && !found.closest("[data-item]"),
    );
  if (!control) return;
  event.preventDefault();
  control.click();
}

export function Keys() {
  useEffect(() => {
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
  return null;
}
