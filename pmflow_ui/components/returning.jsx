// Sends on who is signed in already: a socket carries the cookie of when it was opened.
import { useEffect } from "react";

export function Returning({ to }) {
  useEffect(() => {
    if (!to) return undefined;
    const ended = new AbortController();
    fetch("/api/auth/session", { signal: ended.signal, headers: { Accept: "application/json" } })
      .then((answer) => (answer.ok ? answer.json() : { signed_in: false }))
      .then((found) => {
        if (found.signed_in) window.location.replace(to);
      })
      .catch(() => {});
    return () => ended.abort();
  }, [to]);

  return null;
}
