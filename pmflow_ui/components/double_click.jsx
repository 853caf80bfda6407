// The second click of a double click on a button does nothing: the first has done it, and a form
// that is sent twice makes two things or a refusal that nobody can explain.
import { useEffect } from "react";

let last = null;

function onClick(event) {
  const button = event.target.closest?.(".btn:not(.icon)") ?? null;
  if (button && event.detail > 1 && button === last) {
    event.preventDefault();
    event.stopPropagation();
  }
  last = button;
}

export function DoubleClick() {
  useEffect(() => {
    window.addEventListener("click", onClick, true);
    return () => window.removeEventListener("click", onClick, true);
  }, []);
  return null;
}
