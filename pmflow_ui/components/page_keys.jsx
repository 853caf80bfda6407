// The keys of one page, and its address kept in step with what it shows.
import { useEffect, useRef } from "react";

export function PageKeys({ keys, focus, url, follow, onPress }) {
  const latest = useRef({});
  latest.current = { onPress };
  const wanted = (keys || []).join(" ");

  useEffect(() => {
    const known = new Set(wanted.split(" "));
    const onKey = (event) => {
      if (event.metaKey || event.ctrlKey || event.altKey || event.defaultPrevented) return;
      const target = event.target;
      const typing = target.closest?.("input, textarea, select, [contenteditable=true]");
      if (typing && event.key === "Escape") target.blur();
      if (typing || document.querySelector("[role=dialog], [role=menu]")) return;
      const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
      if (!known.has(key)) return;
      if (key === "Enter" && target.closest?.("a, button, summary")) return;
      event.preventDefault();
      if (key === "/" && focus) {
        document.getElementById(focus)?.focus();
        return;
      }
      latest.current.onPress?.(key);
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [wanted, focus]);

  useEffect(() => {
    if (!url || `${window.location.pathname}${window.location.search}` === url) return;
    // Only while the page is still the one that is shown.
    if (url.split("?")[0] === window.location.pathname) {
      window.history.replaceState(window.history.state, "", url);
    }
  }, [url]);

  useEffect(() => {
    if (follow) document.getElementById(follow)?.scrollIntoView({ block: "nearest" });
  }, [follow]);

  return null;
}
