// What the address says is shown in the frame of the click; the server's answer follows.
import { useEffect, useSyncExternalStore } from "react";
import { Link, useLocation, useNavigate } from "react-router";

// The router draws a change of address in pieces, between other work. Until it has, what was
// clicked counts, so that it shows in the frame of the click however much the page holds.
let clicked = null;
const listeners = new Set();

function setClicked(search) {
  clicked = search;
  listeners.forEach((listener) => listener());
}

function subscribe(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useSearch() {
  const { search, key } = useLocation();
  useEffect(() => setClicked(null), [key]);
  return useSyncExternalStore(subscribe, () => clicked, () => null) ?? search;
}

const searchOf = (to) => (to.includes("?") ? to.slice(to.indexOf("?")) : "");

export function follows(event) {
  const elsewhere = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
  return !event.defaultPrevented && event.button === 0 && !elsewhere;
}

// A link to the page that is open, with another question behind its address.
export function SearchLink({ to, children, ...rest }) {
  return (
    <Link {...rest} to={to} onClick={(event) => follows(event) && setClicked(searchOf(to))}>
      {children}
    </Link>
  );
}

export function said(search, name, fallback) {
  return new URLSearchParams(search).get(name) ?? fallback;
}

export function AddressLink({ param, fallback, to, children, ...rest }) {
  const here = said(useSearch(), param, fallback);
  const there = said(searchOf(to), param, fallback);
  return (
    <SearchLink {...rest} to={to} aria-current={here === there ? "page" : "false"}>
      {children}
    </SearchLink>
  );
}

// Each of the router's links is drawn again whenever the address changes; hundreds of plain ones,
// whose clicks come here, are not.
export function AddressScope({ param, fallback, children, ...rest }) {
  const navigate = useNavigate();
  const value = said(useSearch(), param, fallback);
  const follow = (event) => {
    const link = event.target.closest("a[data-plain]");
    if (!link || !follows(event)) return;
    event.preventDefault();
    navigate(link.getAttribute("href"));
  };
  return (
    <div {...rest} {...{ [`data-${param}`]: value }} onClick={follow}>
      {children}
    </div>
  );
}
