// Short notes after an action; each goes by itself, later while the pointer rests on it.
import { useEffect, useState } from "react";

const LIFE = { said: 4000, refused: 8000, undo: 10000 };

function Note({ note, onUndo, onDismiss }) {
  const life = LIFE[note.kind] || 4000;
  const [left, setLeft] = useState(life / 1000);
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (held) return undefined;
    if (left <= 0) {
      onDismiss(note.id);
      return undefined;
    }
    const timer = setTimeout(() => setLeft((seconds) => seconds - 1), 1000);
    return () => clearTimeout(timer);
  }, [left, held, note.id]);
  return (
    <div
      className={`note ${note.kind}`}
      role={note.kind === "refused" ? "alert" : "status"}
      onMouseEnter={() => setHeld(true)}
      onMouseLeave={() => setHeld(false)}
    >
      <span>
        {note.text}
        {note.detail && <span className="mono t3"> {note.detail}</span>}
      </span>
      {note.kind === "undo" && (
        <button type="button" className="btn ghost sm" onClick={() => onUndo(note.id)}>
          Undo <span className="kbd">Z</span>
          <span className="tn t3">{Math.max(0, Math.ceil(left))} s</span>
        </button>
      )}
      <button type="button" className="btn ghost icon sm" aria-label="Dismiss" onClick={() => onDismiss(note.id)}>
        ×
      </button>
    </div>
  );
}

export function Notes({ notes, onUndo, onDismiss }) {
  useEffect(() => {
    const onKey = (event) => {
      const typing = event.target.closest?.("input, textarea, select, [contenteditable=true]");
      if (event.key !== "z" || event.metaKey || event.ctrlKey || event.altKey || typing) return;
      const last = [...(notes || [])].reverse().find((note) => note.kind === "undo");
      if (last) onUndo(last.id);
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [notes, onUndo]);
  return (
    <section className="notes" aria-label="Notes">
      {(notes || []).map((note) => (
        <Note key={note.id} note={note} onUndo={onUndo} onDismiss={onDismiss} />
      ))}
    </section>
  );
}
