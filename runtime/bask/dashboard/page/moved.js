// moved.js: what went from which rank to which, as a matrix: a row sends, a column receives. Up to 16 ranks each cell has its
// number.
import {heatColors, heatIndex, makeHeatScale} from "./axes.js";
import {eachChild, make, makeSelect, setHidden, setStyle, setText} from "./dom.js";
import {pixelOf} from "./palette.js";
import {Panel} from "./panel.js";
import {countText, shortText, sizeText} from "./text.js";
import {onTheme} from "./theme.js";
import {tooltipOver} from "./tooltip.js";

const kMostNumbers = 16;
const kMostPairs = 50;

export function makeMoved() {
  const panel = new Panel("moved");
  let shown = null;
  const what = makeSelect(
    "in",
    [
      {value: "bytes", text: "bytes"},
      {value: "results", text: "results"},
    ],
    () => shown && draw(shown),
  );
  panel.tools.append(what.label);
  const scroll = panel.scroll("Moved between ranks, matrix");
  const numbers = new NumberMatrix(scroll);
  const heat = new HeatMatrix(scroll);
  const table = panel.alternative([
    {title: "From", text: (row) => row.from},
    {title: "To", text: (row) => row.to},
    {title: "Bytes", number: true, text: (row) => sizeText(row.bytes)},
    {title: "Results", number: true, text: (row) => countText(row.results)},
  ]);

  function draw(state) {
    const {names} = state.moved;
    const content = {names, values: state.moved[what.select.value], text: what.select.value === "bytes" ? sizeText : countText};
    panel.tell(summaryOf(state.moved));
    numbers.update(names.length <= kMostNumbers ? content : null);
    heat.update(names.length > kMostNumbers ? content : null);
    table.update(() => pairsOf(state.moved).slice(0, kMostPairs));
  }
  onTheme(() => shown && draw(shown));
  return (state) => {
    shown = state;
    draw(state);
  };
}

function pairsOf({names, bytes, results}) {
  const pairs = [];
  bytes.forEach((row, from) =>
    row.forEach((amount, to) => {
      if (amount > 0)
        pairs.push({from: names[from] ?? from, to: names[to] ?? to, bytes: amount, results: results[from]?.[to] ?? null});
    }),
  );
  return pairs.sort((a, b) => b.bytes - a.bytes);
}

function summaryOf(moved) {
  const pairs = pairsOf(moved);
  if (pairs.length === 0) return "Nothing has moved between ranks.";
  const [most] = pairs;
  const all = sizeText(d3.sum(pairs, ({bytes}) => bytes));
  const route = `from ${shortText(most.from)} to ${shortText(most.to)}`;
  return `${all} in all; most ${route}, ${sizeText(most.bytes)}. Rows send, columns receive.`;
}

function mostOf(values) {
  return d3.max(values, (row) => d3.max(row)) || 1;
}

/// A table, whose cells are darker the larger their number.
class NumberMatrix {
  constructor(host) {
    this.head = make("tr");
    this.body = make("tbody");
    this.table = make(
      "table",
      {class: "matrix"},
      make("caption", {class: "unseen"}, "From the rank of the row to the rank of the column"),
      make("thead", {}, this.head),
      this.body,
    );
    host.append(this.table);
  }

  update(content) {
    setHidden(this.table, content === null || content.names.length === 0);
    if (this.table.hidden) return;
    const {names, values, text} = content;
    const colors = heatColors(true);
    const most = mostOf(values);
    eachChild(
      this.head,
      ["from \\ to", ...names],
      () => make("th", {scope: "col"}),
      (cell, name) => setText(cell, shortText(name, 12)),
    );
    eachChild(
      this.body,
      names,
      () => make("tr", {}, make("th", {scope: "row"})),
      (line, name, from) => {
        setText(line.firstElementChild, shortText(name, 12));
        while (line.childElementCount > names.length + 1) line.lastElementChild.remove();
        while (line.childElementCount < names.length + 1) line.append(make("td"));
        names.forEach((_, to) => {
          const value = values[from]?.[to] ?? 0;
          setText(line.children[to + 1], value > 0 ? text(value) : from === to ? "" : "0");
          setStyle(line.children[to + 1], "background-color", value > 0 ? colors[heatIndex(value / most)] : "transparent");
        });
      },
    );
  }
}

/// A picture, for more ranks.
class HeatMatrix {
  constructor(host) {
    this.root = host.appendChild(make("div", {class: "heat", hidden: ""}));
    this.canvas = this.root.appendChild(make("canvas", {class: "pixelated", "aria-hidden": "true"}));
    this.heatScale = makeHeatScale();
    this.root.append(this.heatScale.element);
    this.content = null;
    tooltipOver(this.canvas, (event) => this.linesAt(event));
  }

  update(content) {
    this.content = content;
    setHidden(this.root, content === null);
    if (content === null) return;
    const {names, values, text} = content;
    const size = names.length;
    if (this.canvas.width !== size) this.canvas.width = size;
    if (this.canvas.height !== size) this.canvas.height = size;
    const colors = heatColors().map(pixelOf);
    const most = mostOf(values);
    this.heatScale.tell(text(most));
    const context = this.canvas.getContext("2d");
    const image = context.createImageData(size, size);
    const pixels = new Uint32Array(image.data.buffer);
    for (let from = 0; from < size; ++from) {
      for (let to = 0; to < size; ++to) pixels[from * size + to] = colors[heatIndex((values[from]?.[to] ?? 0) / most)];
    }
    context.putImageData(image, 0, 0);
  }

  linesAt(event) {
    if (this.content === null) return null;
    const {names, values, text} = this.content;
    const box = this.canvas.getBoundingClientRect();
    const from = Math.floor(((event.clientY - box.top) / box.height) * names.length);
    const to = Math.floor(((event.clientX - box.left) / box.width) * names.length);
    if (names[from] === undefined || names[to] === undefined) return null;
    return [`from ${shortText(names[from])} to ${shortText(names[to])}`, text(values[from]?.[to] ?? 0)];
  }
}
