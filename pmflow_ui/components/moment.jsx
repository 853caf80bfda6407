// A moment as people say it, in the viewer's zone, with the exact time on hover.
import { useEffect, useState } from "react";

const UNITS = [
  [60, "min", 60],
  [3600, "h", 24],
  [86400, "d", 14],
];

function relative(date, now) {
  const seconds = Math.max(0, (now - date) / 1000);
  if (seconds < 60) return "now";
  for (const [size, unit, most] of UNITS) {
    const count = Math.floor(seconds / size);
    if (count < most) return `${count} ${unit}`;
  }
  return date.toLocaleDateString(undefined, {
    day: "numeric",
    month: "short",
    year: date.getFullYear() === new Date(now).getFullYear() ? undefined : "numeric",
  });
}

// The same inside a sentence: "made 5 min ago", "made on 3 Nov".
function inWords(date, now) {
  const said = relative(date, now);
  if (said === "now") return "just now";
  return /^\d+ (min|h|d)$/.test(said) ? `${said} ago` : `on ${said}`;
}

export function Moment({ at, exact, ago, ...rest }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 30000);
    return () => clearInterval(timer);
  }, []);
  if (!at) return null;
  const date = new Date(at);
  const full = date.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
  return (
    <time {...rest} dateTime={at} title={full}>
      {exact ? full : ago ? inWords(date, now) : relative(date, now)}
    </time>
  );
}
