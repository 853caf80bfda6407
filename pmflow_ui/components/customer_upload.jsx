// Sends a CSV file of customers to our own route and says what it came to.
import { useRef, useState } from "react";

function summary(made) {
  const refused = made.refused ? `, ${made.refused} lines refused` : "";
  return `${made.created} new, ${made.changed} changed, ${made.unchanged} as they were${refused}.`;
}

export function CustomerUpload({ url, limit, onDone }) {
  const input = useRef(null);
  const [busy, setBusy] = useState("");
  const [made, setMade] = useState(null);
  const [error, setError] = useState("");
  const [over, setOver] = useState(false);

  const take = async (file) => {
    if (!file) return;
    setError("");
    setMade(null);
    if (file.size > limit) {
      setError(`${file.name} is larger than ${Math.floor(limit / 1000000)} MB. Split it, or use the command line.`);
      return;
    }
    setBusy(file.name);
    try {
      const answer = await fetch(url, { method: "POST", body: file, headers: { "content-type": "text/csv" } });
      const told = await answer.json();
      if (!answer.ok) throw new Error(told.detail || "The file was refused.");
      setMade(told);
      onDone?.();
    } catch (problem) {
      setError(problem instanceof TypeError ? "The connection was lost. Nothing was imported." : problem.message);
    }
    setBusy("");
    if (input.current) input.current.value = "";
  };

  return (
    <div className="up">
      <label
        className="up-drop"
        data-over={over}
        onDragOver={(event) => { event.preventDefault(); setOver(true); }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => { event.preventDefault(); setOver(false); take(event.dataTransfer.files[0]); }}
      >
        <input ref={input} type="file" className="sr" accept=".csv,.tsv,.txt,.gz" aria-label="Choose a file" disabled={!!busy} onChange={(event) => take(event.target.files[0])} />
        <span className="med">{busy ? `Reading ${busy}` : <>Drop a CSV file here, or <span className="link">choose one</span></>}</span>
        <span className="t3 sm">Columns: email, name, company, tier, annual_value</span>
      </label>
      {made && <p className="sm" role="status">{summary(made)}</p>}
      {made && made.rejected.length > 0 && (
        <ul className="imp-rej" tabIndex={0}>
          {made.rejected.map((row) => (
            <li key={row.line}><span className="t3 tn">Line {row.line}</span><span>{row.reason}</span></li>
          ))}
        </ul>
      )}
      {error && <p className="er-text" role="alert">{error}</p>}
      <p className="hint">Known customers are corrected by what the file says; cells that are empty change nothing.</p>
    </div>
  );
}
