// panel.js: the frame that all panels have: heading, tools, a sentence that tells what the picture shows, the picture, and the
// same as a table for those who do not see it, or want numbers.
import {eachChild, make, setText} from "./dom.js";

export class Panel {
  constructor(id) {
    this.root = document.getElementById(id);
    this.title = this.root.dataset.title;
    this.root.setAttribute("aria-labelledby", `${id}-title`);
    this.tools = make("div", {class: "tools"});
    this.root.append(make("div", {class: "bar"}, make("h2", {id: `${id}-title`, tabindex: "-1"}, this.title), this.tools));
    this.summary = this.root.appendChild(make("p", {class: "summary", id: `${id}-summary`}));
    this.body = this.root.appendChild(make("div", {class: "body"}));
  }

  tell(text) {
    setText(this.summary, text);
  }

  /// A part of the panel that scrolls by itself, so also with the keyboard.
  scroll(label, className = "fill") {
    return this.body.appendChild(make("div", {class: `scroll ${className}`, tabindex: "0", role: "group", "aria-label": label}));
  }

  /// A picture that takes the focus and has keys of its own; `told`: the ids of what describes it.
  focusable(className, what, told) {
    return this.body.appendChild(
      make("div", {
        class: className,
        tabindex: "0",
        role: "application",
        "aria-roledescription": what,
        "aria-label": this.title,
        "aria-describedby": told,
      }),
    );
  }

  /// The table behind "As a table"; it is filled only while it is open.
  alternative(columns) {
    const details = this.root.appendChild(make("details", {class: "as-table"}, make("summary", {}, "As a table")));
    const scroll = details.appendChild(
      make("div", {class: "scroll", tabindex: "0", role: "group", "aria-label": `${this.title}, table`}),
    );
    const table = new DataTable(`${this.title}, as a table`, columns);
    scroll.append(table.element);
    let rows = () => [];
    const fill = () => table.update(details.open ? rows() : []);
    details.addEventListener("toggle", fill);
    return {
      update(makeRows) {
        rows = makeRows;
        if (details.open) fill();
      },
    };
  }
}

const kOfHeads = new Set(["spare", "text"]); // classes of cells that their heads have, too

/// A table of rows; a column is {title, text: (row) -> string, number: whether it is aligned to the right, fill: (cell, row) for
/// cells that hold more than text}.
export class DataTable {
  constructor(caption, columns) {
    this.columns = columns;
    this.body = make("tbody");
    const heads = columns.map((column) =>
      make(
        "th",
        {scope: "col", class: `${column.number ? "number" : ""} ${kOfHeads.has(column.class) ? column.class : ""}`.trim()},
        column.title,
      ),
    );
    this.element = make(
      "table",
      {},
      make("caption", {class: "unseen"}, caption),
      make("thead", {}, make("tr", {}, ...heads)),
      this.body,
    );
  }

  update(rows) {
    eachChild(
      this.body,
      rows,
      () => this.makeRow(),
      (line, row) => {
        for (let index = 0; index < this.columns.length; ++index) {
          const column = this.columns[index];
          if (column.fill) column.fill(line.children[index], row);
          else setText(line.children[index], column.text(row));
        }
      },
    );
  }

  makeRow() {
    return make(
      "tr",
      {},
      ...this.columns.map((column, index) =>
        index === 0 && !column.number
          ? make("th", {scope: "row", class: column.class || ""})
          : make("td", {class: `${column.number ? "number" : ""} ${column.class || ""}`.trim()}),
      ),
    );
  }
}

const sizes = new WeakMap(); // of the elements that are watched

/// Calls `draw` when the size of the element changes, once for each frame at most, and not while it is hidden.
export function onResize(element, draw) {
  new ResizeObserver(() => {
    const size = {width: element.clientWidth, height: element.clientHeight};
    const before = sizes.get(element);
    if (size.width === 0 || (before?.width === size.width && before?.height === size.height)) return;
    sizes.set(element, size);
    requestAnimationFrame(draw);
  }).observe(element);
}

/// The size of a watched element in the last frame. Asking the element itself would have the page laid out within an update.
export function sizeOf(element) {
  return sizes.get(element) ?? {width: element.clientWidth, height: element.clientHeight};
}
