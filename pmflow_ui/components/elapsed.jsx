// A duration that ticks here, without the server, until it has an end.
import { useEffect, useState } from "react";

export function Elapsed({ since, until }) {
  const [now, setNow] = useState(() => Date.now());
  const ticking = Boolean(since) && !until;
  useEffect(() => {
    if (!ticking) return undefined;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [ticking]);
  if (!since) return null;
  const end = until ? new Date(until).getTime() : now;
  const exact = Math.max(0, (end - new Date(since).getTime()) / 1000);
  if (until && exact < 10) return <span className="tn">{exact.toFixed(1)} s</span>;
  const total = Math.round(exact);
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor((total % 3600) / 60);
  const pad = (number) => String(number).padStart(2, "0");
  const text = hours
    ? `${hours}:${pad(minutes)}:${pad(total % 60)}`
    : `${minutes}:${pad(total % 60)}`;
  return <span className="tn">{text}</span>;
}
