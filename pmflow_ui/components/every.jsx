// Sends an event every few seconds while the page is in view, and at once when it comes into view.
import { useEffect, useRef } from "react";

export function Every({ seconds, onTick }) {
  const latest = useRef(onTick);
  latest.current = onTick;
  useEffect(() => {
    const tick = () => {
      if (document.visibilityState === "visible") latest.current?.();
    };
    const timer = setInterval(tick, seconds * 1000);
    document.addEventListener("visibilitychange", tick);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", tick);
    };
  }, [seconds]);
  return null;
}
