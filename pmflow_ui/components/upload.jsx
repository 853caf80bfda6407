// Sends a file to our own route with its progress; rows of a table are mapped before they go.
import { useEffect, useRef, useState } from "react";

const TABLES = /\.(csv|tsv|jsonl|ndjson|json)(\.gz)?$/i;

function megabytes(bytes) {
  return bytes < 100000 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1000000).toFixed(1)} MB`;
}

function send(url, file, fields, onProgress) {
  return new Promise((resolve, reject) => {
    const body = new FormData();
    Object.entries(fields).forEach(([name, value]) => body.append(name, value));
    body.append("file", file, file.name);
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) onProgress(Math.round((100 * event.loaded) / event.total));
    };
    request.onerror = () => reject(new Error("The connection was lost. See the imports below before you send it again."));
    request.onload = () => {
      let answer = {};
      try {
        answer = JSON.parse(request.responseText);
      } catch {
        answer = { detail: "The server did not answer as expected." };
      }
      if (request.status < 300) resolve(answer);
      else reject(new Error(answer.detail || "The file was refused."));
    };
    request.send(body);
  });
}

function Choice({ label, value, columns, none, onChange }) {
  return (
    <label className="field">
      <span className="sm med t2">{label}</span>
      <select className="input" value={value} onChange={(event) => onChange(event.target.value)}>
        {none && <option value="">{none}</option>}
        {columns.map((column) => (
          <option key={column} value={column}>{column}</option>
        ))}
      </select>
    </label>
  );
}

function ReadAs({ column, mark, value, attributes, onChange }) {
  if (mark) return <span className="t3">{mark}</span>;
  return (
    <select className="up-as" aria-label={`Read ${column} as`} value={value} onChange={(event) => onChange(event.target.value)}>
      <option value="">Not read</option>
      {attributes.map(([name, label]) => (
        <option key={name} value={name}>{label}</option>
      ))}
    </select>
  );
}

function Sample({ seen, text, reference, attributes, read, onRead }) {
  const mark = (column) => (column === text ? "text" : column === reference ? "reference" : "");
  const as = (column) => Object.keys(read).find((name) => read[name] === column) || "";
  return (
    <div className="up-sample" tabIndex={0}>
      <table className="table">
        <thead>
          <tr>
            {seen.columns.map((column) => (
              <th key={column} scope="col" data-mark={mark(column)}>
                {column}
                <ReadAs column={column} mark={mark(column)} value={as(column)} attributes={attributes} onChange={(name) => onRead(column, name)} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {seen.rows.slice(0, 5).map((row, index) => (
            <tr key={index}>
              {row.map((cell, place) => (
                <td key={place} data-mark={mark(seen.columns[place])} title={cell}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function FileUpload({ url, limit, accept, attributes, onDone, onShown }) {
  const input = useRef(null);
  const [file, setFile] = useState(null);
  const [seen, setSeen] = useState(null);
  const [text, setText] = useState("");
  const [reference, setReference] = useState("");
  // Which column holds each attribute; an attribute has one column, and a column one attribute.
  const [read, setRead] = useState({});
  const [percent, setPercent] = useState(-1);
  const [error, setError] = useState("");
  const [over, setOver] = useState(false);
  // The moment from which a document counts its time tells it from the one before a reload.
  useEffect(() => { onShown?.(String(performance.timeOrigin)); }, []);

  const reset = () => {
    setFile(null);
    setSeen(null);
    setPercent(-1);
    if (input.current) input.current.value = "";
  };
  const fail = (problem) => {
    reset();
    setError(problem.message);
  };
  const take = async (chosen, fields) => {
    setPercent(0);
    try {
      const made = await send(url, chosen, fields, setPercent);
      reset();
      onDone?.(made.id);
    } catch (problem) {
      fail(problem);
    }
  };
  const choose = async (chosen) => {
    if (!chosen) return;
    setError("");
    if (chosen.size > limit) {
      fail(new Error(`${chosen.name} has ${megabytes(chosen.size)}; at most ${megabytes(limit)} are taken. Split it, or use the command line.`));
      return;
    }
    setFile(chosen);
    if (!TABLES.test(chosen.name)) {
      await take(chosen, {});
      return;
    }
    setPercent(0);
    try {
      const found = await send(url, chosen, { preview: "true" }, setPercent);
      setSeen(found);
      setText(found.text_column || found.columns.find((column) => !found.doubts[column]) || found.columns[0] || "");
      setReference(found.ref_column || "");
      setRead(found.attributes);
      setPercent(-1);
    } catch (problem) {
      fail(problem);
    }
  };

  const readAs = (column, name) => {
    const others = Object.entries(read).filter(([other, of]) => other !== name && of !== column);
    setRead({ ...Object.fromEntries(others), ...(name && { [name]: column }) });
  };
  const mapped = () => {
    const held = (column) => (column && column !== text && column !== reference ? column : "");
    return JSON.stringify(Object.fromEntries(attributes.map(([name]) => [name, held(read[name])])));
  };

  if (seen) {
    return (
      <div className="up">
        <div className="row">
          <span className="med trunc">{file.name}</span>
          <span className="t3 sm">{megabytes(file.size)}, {seen.format}, {seen.columns.length} columns</span>
        </div>
        <div className="up-map">
          <Choice label="Text column" value={text} columns={seen.columns} onChange={setText} />
          <Choice label="Reference column" value={reference} columns={seen.columns.filter((column) => column !== text)} none="None: rows are always new" onChange={setReference} />
        </div>
        {seen.doubts[text] && <p className="up-doubt" role="status">{seen.doubts[text]}</p>}
        <Sample seen={seen} text={text} reference={reference} attributes={attributes} read={read} onRead={readAs} />
        <p className="hint">A reference that is known makes no second signal, so the same file can be imported again.</p>
        {percent >= 0 ? (
          <Bar percent={percent} />
        ) : (
          <div className="row up-end">
            <button type="button" className="btn" onClick={reset}>Another file</button>
            <button type="button" className="btn primary" onClick={() => take(file, { text_column: text, ref_column: reference, columns: mapped() })}>Import</button>
          </div>
        )}
      </div>
    );
  }
  return (
    <div className="up">
      <label
        className="up-drop"
        data-over={over}
        onDragOver={(event) => { event.preventDefault(); setOver(true); }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => { event.preventDefault(); setOver(false); choose(event.dataTransfer.files[0]); }}
      >
        <input ref={input} type="file" className="sr" accept={accept} aria-label="Choose a file" disabled={percent >= 0} onChange={(event) => choose(event.target.files[0])} />
        {percent >= 0 ? (
          <>
            <span className="med trunc">{file?.name}</span>
            <Bar percent={percent} />
          </>
        ) : (
          <>
            <span className="med">Drop a file here, or <span className="link">choose one</span></span>
            <span className="t3 sm">CSV, JSONL, TXT, MD, EML, VTT, SRT, SBV or PDF, up to {megabytes(limit)}</span>
          </>
        )}
      </label>
      {error && <p className="er-text" role="alert">{error}</p>}
    </div>
  );
}

function Bar({ percent }) {
  const words = percent < 100 ? `Sending, ${percent}%` : "Reading the file";
  return (
    <div className="up-bar">
      <div className="progress run" role="progressbar" aria-label={words} aria-valuenow={percent} aria-valuemin={0} aria-valuemax={100}>
        <i style={{ width: `${percent}%` }} />
      </div>
      <span className="t3 sm tn">{words}</span>
    </div>
  );
}
