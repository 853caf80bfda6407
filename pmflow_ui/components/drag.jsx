// Cards that can be dragged to lanes, by pragmatic-drag-and-drop. The keyboard's way is the
// card's move menu; this only adds the mouse and touch.
import { useEffect, useRef, useState } from "react";
import { useLocation } from "react-router";
import {
  draggable,
  dropTargetForElements,
  monitorForElements,
} from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import { SearchLink, useSearch } from "../address/address.jsx";

export function DragCard({ cardId, lane, disabled, children, ...rest }) {
  const ref = useRef(null);
  const [dragging, setDragging] = useState(false);
  useEffect(() => {
    if (disabled || !ref.current) return undefined;
    return draggable({
      element: ref.current,
      getInitialData: () => ({ cardId, lane }),
      onDragStart: () => setDragging(true),
      onDrop: () => setDragging(false),
    });
  }, [cardId, lane, disabled]);
  return (
    <div {...rest} ref={ref} data-dragging={dragging}>
      {children}
    </div>
  );
}

// The stages that are collapsed: as the address says, else as usual.
function shutStages(search, usual) {
  const given = new URLSearchParams(search).get("shut") ?? usual;
  return given.split(",").filter((stage) => stage && stage !== "none");
}

export function LaneToggle({ lane, name, usual, children, ...rest }) {
  const { pathname } = useLocation();
  const search = useSearch();
  const shut = shutStages(search, usual);
  const isShut = shut.includes(lane);
  const left = isShut ? shut.filter((stage) => stage !== lane) : [...shut, lane];
  const query = new URLSearchParams(search);
  query.set("shut", left.join(",") || "none");
  const does = isShut ? "Expand" : "Collapse";
  const to = `${pathname}?${query.toString().replaceAll("%2C", ",")}`;
  return (
    <SearchLink {...rest} to={to} title={does} aria-label={`${does} ${name}`}>
      {children}
    </SearchLink>
  );
}

export function DropLane({ lane, name, usual, refuses, onMove, onHover, children, ...rest }) {
  const isShut = shutStages(useSearch(), usual).includes(lane);
  const ref = useRef(null);
  const latest = useRef({});
  latest.current = { onMove, onHover };
  const [over, setOver] = useState("false");
  const refusing = (refuses || []).join("\n");
  useEffect(() => {
    if (!ref.current) return undefined;
    const refused = new Set(refusing ? refusing.split("\n") : []);
    return dropTargetForElements({
      element: ref.current,
      getData: () => ({ lane }),
      onDragEnter: ({ source }) => {
        const { cardId, lane: from } = source.data;
        if (from === lane) return;
        setOver(refused.has(cardId) ? "refused" : "true");
        latest.current.onHover?.(cardId, lane);
      },
      onDragLeave: () => setOver("false"),
      onDrop: ({ source }) => {
        setOver("false");
        const { cardId, lane: from } = source.data;
        if (from !== lane) latest.current.onMove?.(cardId, lane);
      },
    });
  }, [lane, refusing]);
  useEffect(
    () => monitorForElements({ onDrop: () => setOver("false") }),
    [],
  );
  return (
    <section
      {...rest}
      ref={ref}
      data-over={over}
      data-shut={isShut}
      aria-label={isShut ? `${name}, collapsed` : name}
    >
      {children}
    </section>
  );
}
