// A log that keeps what it was sent and draws only what is seen. It follows the end until the
// reader scrolls up, and never moves a reader who did.
import { useCallback, useEffect, useMemo, useRef, useState } from "react";

const ROW = 20;
const MARGIN = 30;

function Row({ line, top, wrap }) {
  const head = line.level === "step";
  const style = wrap ? undefined : { position: "absolute", top, left: 0, right: 0 };
  if (head) {
    return (
      <div className="hd" style={style}>
        <span className="ln" />
        <span>{line.text}</span>
      </div>
    );
  }
  return (
    <div className={line.level} style={style}>
      <span className="ln">{line.seq}</span>
      <span className="ts">{line.at}</span>
      <span className="lv">{line.level}</span>
      <span className="msg">{line.text}</span>
    </div>
  );
}

function withHeads(lines) {
  const rows = [];
  let step = "";
  lines.forEach((line) => {
    if (line.step && line.step !== step) {
      rows.push({ seq: `head ${line.seq}`, level: "step", text: line.step });
    }
    step = line.step || step;
    rows.push(line);
  });
  return rows;
}

export function LogView({ source, chunk, since, levels, query, wrap, jump, label, onGap }) {
  const box = useRef(null);
  const [lines, setLines] = useState([]);
  const [following, setFollowing] = useState(true);
  const [unseen, setUnseen] = useState(0);
  const [view, setView] = useState({ top: 0, height: 600 });

  const kept = useRef([]);
  const latest = useRef({});
  latest.current = { following, onGap };

  useEffect(() => {
    kept.current = [];
    setLines([]);
    setFollowing(true);
    setUnseen(0);
  }, [source]);

  useEffect(() => {
    if (!chunk || chunk.length === 0) return;
    const have = kept.current;
    const first = have.length ? have[0].seq : Infinity;
    const last = have.length ? have[have.length - 1].seq : -1;
    const older = have.length ? chunk.filter((line) => line.seq < first) : [];
    const newer = chunk.filter((line) => line.seq > last);
    if (!older.length && !newer.length) return;
    // Two chunks may arrive between two paintings, and then the first one is never seen here.
    const wanted = have.length ? last + 1 : since || 0;
    if (newer.length && newer[0].seq > wanted && wanted > 0 && latest.current.onGap) {
      latest.current.onGap(wanted - 1);
      return;
    }
    kept.current = [...older, ...have, ...newer];
    setLines(kept.current);
    if (!latest.current.following) setUnseen((count) => count + newer.length);
  }, [chunk, since, source]);

  const shown = useMemo(() => {
    const needle = (query || "").toLowerCase();
    const wanted = levels && levels.length ? new Set(levels) : null;
    return withHeads(
      lines.filter(
        (line) =>
          (!wanted || wanted.has(line.level)) &&
          (!needle || line.text.toLowerCase().includes(needle)),
      ),
    );
  }, [lines, levels, query]);

  const toEnd = useCallback(() => {
    if (box.current) box.current.scrollTop = box.current.scrollHeight;
  }, []);

  useEffect(() => {
    if (following) toEnd();
  }, [shown, following, wrap, toEnd]);

  const jumped = useRef("");
  useEffect(() => {
    if (!jump || jumped.current === jump) return;
    const seq = Number(jump.split(":")[0]);
    const at = shown.findIndex((line) => line.seq === seq);
    if (at < 0 || !box.current) return;
    jumped.current = jump;
    setFollowing(false);
    if (wrap) box.current.children[at]?.scrollIntoView({ block: "center" });
    else box.current.scrollTop = at * ROW - box.current.clientHeight / 2;
  }, [jump, shown, wrap]);

  const onScroll = () => {
    const { scrollTop, clientHeight, scrollHeight } = box.current;
    setView({ top: scrollTop, height: clientHeight });
    const atEnd = scrollHeight - scrollTop - clientHeight < ROW;
    if (atEnd !== following) {
      setFollowing(atEnd);
      if (atEnd) setUnseen(0);
    }
  };

  const start = Math.max(0, Math.floor(view.top / ROW) - MARGIN);
  const end = Math.min(shown.length, Math.ceil((view.top + view.height) / ROW) + MARGIN);
  const drawn = wrap ? shown : shown.slice(start, end);
  const rows = drawn.map((line, index) => (
    <Row key={line.seq} line={line} top={(start + index) * ROW} wrap={wrap} />
  ));

  return (
    <div className="log-wrap" data-following={following}>
      <div
        className={wrap ? "log" : "log nowrap"}
        ref={box}
        onScroll={onScroll}
        role="log"
        aria-live="off"
        aria-label={label}
        tabIndex={0}
      >
        {wrap ? rows : <section style={{ position: "relative", height: shown.length * ROW }}>{rows}</section>}
      </div>
      {!following && (
        <button type="button" className="btn sm log-more" onClick={() => { toEnd(); setFollowing(true); setUnseen(0); }}>
          {unseen > 0 ? `${unseen} new lines` : "Follow"}
        </button>
      )}
    </div>
  );
}
