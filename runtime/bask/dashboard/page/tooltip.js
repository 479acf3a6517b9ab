// tooltip.js: the one box beside the pointer, or beside the cursor of the task stream. It repeats what is told elsewhere, so it
// is hidden from screen readers.
import {eachChild, make, setHidden, setStyle, setText} from "./dom.js";
import {makeSwatch, paintSwatch} from "./palette.js";

const kGap = 14;

addEventListener("scroll", hideTooltip, {passive: true});

/// Lines: text, or {look, text} with a swatch. x and y are in the window.
export function showTooltip(x, y, lines) {
  const box = document.getElementById("tooltip");
  eachChild(
    box,
    lines,
    () => make("div", {}, makeSwatch(), make("span")),
    (row, line) => {
      const [swatch, text] = row.children;
      setHidden(swatch, typeof line === "string");
      if (typeof line !== "string") paintSwatch(swatch, line.look);
      setText(text, typeof line === "string" ? line : line.text);
    },
  );
  setHidden(box, false);
  const left = x + kGap + box.offsetWidth > innerWidth ? x - kGap - box.offsetWidth : x + kGap;
  const top = Math.min(y + kGap, innerHeight - box.offsetHeight - 4);
  setStyle(box, "left", `${Math.max(4, left)}px`);
  setStyle(box, "top", `${Math.max(4, top)}px`);
}

export function hideTooltip() {
  setHidden(document.getElementById("tooltip"), true);
}

/// Shows over `element` what `lines(event)` tells of the place, null for nothing.
export function tooltipOver(element, lines) {
  element.addEventListener("pointermove", (event) => {
    const told = lines(event);
    if (told === null) hideTooltip();
    else showTooltip(event.clientX, event.clientY, told);
  });
  element.addEventListener("pointerleave", hideTooltip);
}
