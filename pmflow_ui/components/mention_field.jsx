// A field for a comment: after an @ it lists the members whose name begins so, chosen by keyboard.
import { useEffect, useId, useRef, useState } from "react";

const MOST = 6;
const OPENING = /(?:^|[^\p{L}\p{N}_@])@([^@\n]{0,60})$/u;

// What is being named at the cursor: where its @ stands, and the letters after that.
function namedAt(text, caret) {
  const found = OPENING.exec(text.slice(0, caret));
  return found ? { at: caret - found[1].length - 1, letters: found[1] } : null;
}

function candidates(members, letters) {
  const wanted = letters.toLowerCase();
  const names = [...new Set(members || [])];
  // A whole name with a space behind it is done, even where a longer one begins alike.
  if (/\s$/.test(letters) && names.some((name) => name.toLowerCase() === wanted.trim())) return [];
  const begins = (name) => name.toLowerCase().startsWith(wanted);
  const inside = (name) => name.toLowerCase().split(/\s+/).some((word) => word.startsWith(wanted));
  const first = names.filter(begins);
  return [...first, ...names.filter((name) => !begins(name) && inside(name))].slice(0, MOST);
}

export function MentionField({ members, text, label, hint, autoFocus, fieldId, onTyped }) {
  const own = useId();
  const field = useRef(null);
  const [open, setOpen] = useState(null);
  const [place, setPlace] = useState(0);
  const names = open ? candidates(members, open.letters) : [];
  const list = `${own}-names`;

  useEffect(() => {
    const area = field.current;
    if (!autoFocus || !area) return;
    area.focus();
    area.setSelectionRange(area.value.length, area.value.length);
  }, [autoFocus]);

  const look = () => {
    const area = field.current;
    const found = namedAt(area.value, area.selectionStart);
    if (found?.letters !== open?.letters || found?.at !== open?.at) setPlace(0);
    setOpen(found);
  };
  const choose = (name) => {
    const area = field.current;
    area.setRangeText(`@${name} `, open.at, area.selectionStart, "end");
    setOpen(null);
    area.focus();
    onTyped?.(area.value);
  };
  const onKeyDown = (event) => {
    if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) {
      event.preventDefault();
      event.currentTarget.form?.requestSubmit();
      return;
    }
    if (!names.length) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) setPlace((place + step + names.length) % names.length);
    else if (event.key === "Enter" || event.key === "Tab") choose(names[place]);
    else if (event.key === "Escape") setOpen(null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div className="mf">
      <textarea
        ref={field}
        id={fieldId || undefined}
        name="text"
        className="input"
        rows={2}
        defaultValue={text}
        placeholder={hint}
        aria-label={label}
        aria-autocomplete="list"
        aria-controls={names.length ? list : undefined}
        aria-activedescendant={names.length ? `${list}-${place}` : undefined}
        onChange={(event) => {
          look();
          onTyped?.(event.target.value);
        }}
        onKeyDown={onKeyDown}
        onClick={look}
        onBlur={() => setOpen(null)}
      />
      {names.length > 0 && (
        <ul id={list} role="listbox" aria-label="Members" className="mf-l">
          {names.map((name, number) => (
            <li
              key={name}
              id={`${list}-${number}`}
              role="option"
              aria-selected={number === place}
              className={number === place ? "on" : ""}
              onMouseDown={(event) => {
                event.preventDefault();
                choose(name);
              }}
              onMouseEnter={() => setPlace(number)}
            >
              @{name}
            </li>
          ))}
        </ul>
      )}
      <span className="sr" role="status">
        {names.length ? `${names.length} members, ${names[place]}` : ""}
      </span>
    </div>
  );
}
