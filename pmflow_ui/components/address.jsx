// What the address says is shown in the frame of the click; the server's answer follows.
import { Link, useLocation, useNavigate } from "react-router";

export function said(search, name, fallback) {
  return new URLSearchParams(search).get(name) ?? fallback;
}

export function AddressLink({ param, fallback, to, children, ...rest }) {
  const here = said(useLocation().search, param, fallback);
  const there = said(to.split("?")[1] ?? "", param, fallback);
  return (
    <Link {...rest} to={to} aria-current={here === there ? "page" : "false"}>
      {children}
    </Link>
  );
}

// Each of the router's links is drawn again whenever the address changes; hundreds of plain ones,
// whose clicks come here, are not.
export function AddressScope({ param, fallback, children, ...rest }) {
  const navigate = useNavigate();
  const value = said(useLocation().search, param, fallback);
  const follow = (event) => {
    const link = event.target.closest("a[data-plain]");
    const elsewhere = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
    if (!link || event.defaultPrevented || event.button !== 0 || elsewhere) return;
    event.preventDefault();
    navigate(link.getAttribute("href"));
  };
  return (
    <div {...rest} {...{ [`data-${param}`]: value }} onClick={follow}>
      {children}
    </div>
  );
}
