// Has a secret made by our own route and shows it here, once: it is never part of the page's state.
import { useState } from "react";

export function SecretMaker({ url, label, warning, autoStart }) {
  const [secret, setSecret] = useState("");
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const [copied, setCopied] = useState(false);
  const [asked, setAsked] = useState(false);

  const make = async () => {
    setBusy(true);
    setError("");
    try {
      const answer = await fetch(url, {
        method: "POST",
        body: JSON.stringify({ at_once: Boolean(autoStart) }),
        headers: { "content-type": "application/json" },
      });
      const told = await answer.json();
      if (!answer.ok) throw new Error(told.detail || "No secret was made.");
      setSecret(told.secret);
    } catch (problem) {
      setError(problem instanceof TypeError ? "The connection was lost. Try again." : problem.message);
    }
    setAsked(false);
    setBusy(false);
  };

  const copy = async () => {
    await navigator.clipboard?.writeText(secret);
    setCopied(true);
  };

  if (secret) {
    return (
      <div className="secret" role="status">
        <code className="mono" tabIndex={0}>{secret}</code>
        <button type="button" className="btn sm" onClick={copy}>{copied ? "Copied" : "Copy"}</button>
        <span className="hint">It is shown this once. Keep it where the other program reads it.</span>
      </div>
    );
  }
  return (
    <div className="secret">
      {asked ? (
        <>
          <span className="sm t2">{warning}</span>
          <button type="button" className="btn sm primary" disabled={busy} onClick={make}>Make it</button>
          <button type="button" className="btn sm ghost" onClick={() => setAsked(false)}>Keep the old one</button>
        </>
      ) : (
        <button type="button" className="btn sm" disabled={busy} onClick={autoStart ? make : () => setAsked(true)}>{label}</button>
      )}
      {error && <span className="er-text" role="alert">{error}</span>}
    </div>
  );
}
