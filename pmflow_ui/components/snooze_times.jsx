// Until when something is put off, in the viewer's own zone: a few moments that people mean, or a day.
import { useState } from "react";

const MORNING = 9;
const LATER_HOURS = 3;
const MOST_DAYS = 365;

function morning(now, days) {
  const at = new Date(now);
  at.setDate(at.getDate() + days);
  at.setHours(MORNING, 0, 0, 0);
  return at;
}

function moments(now) {
  const later = new Date(now);
  later.setHours(later.getHours() + LATER_HOURS, 0, 0, 0);
  const toMonday = (8 - now.getDay()) % 7 || 7;
  const found = [
    ["Tomorrow", morning(now, 1)],
    ["Next week", morning(now, toMonday)],
  ];
  return later.getDate() === now.getDate() ? [["Later today", later], ...found] : found;
}

function day(date) {
  const two = (number) => String(number).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

function words(at) {
  return at.toLocaleString(undefined, {
    weekday: "short",
    day: "numeric",
    month: "short",
    hour: "numeric",
    minute: "2-digit",
  });
}

export function SnoozeTimes({ onChoose }) {
  const [now] = useState(() => new Date());
  const [date, setDate] = useState("");
  const choose = (at) => onChoose?.(at.toISOString(), words(at));
  const walk = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const all = [...event.currentTarget.querySelectorAll("button")];
    const here = all.indexOf(document.activeElement);
    all[Math.min(all.length - 1, Math.max(0, here + step))]?.focus();
  };
  const submit = (event) => {
    event.preventDefault();
    const at = new Date(`${date}T00:00`);
    at.setHours(MORNING, 0, 0, 0);
    if (date && at > now) choose(at);
  };
  return (
    <div className="snz">
      <div className="snz-m" onKeyDown={walk}>
        {moments(now).map(([label, at], place) => (
          <button key={label} type="button" className="btn ghost block" autoFocus={place === 0} onClick={() => choose(at)}>
            <span className="grow">{label}</span>
            <span className="t3 sm tn">{words(at)}</span>
          </button>
        ))}
      </div>
      <form className="row snz-d" onSubmit={submit}>
        <label className="sm t2" htmlFor="snooze-day">On a day</label>
        <input
          id="snooze-day"
          type="date"
          className="input grow"
          min={day(morning(now, 1))}
          max={day(morning(now, MOST_DAYS))}
          value={date}
          onChange={(event) => setDate(event.target.value)}
        />
        <button type="submit" className="btn" disabled={!date}>Snooze</button>
      </form>
    </div>
  );
}
