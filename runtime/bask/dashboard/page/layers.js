// layers.js: how far each layer is, in the order of the plan, of this computation or of the whole job. A click on a layer shows
// its durations.
import {make, makeSelect, setAttribute, setStyle, setText} from "./dom.js";
import {layerLook, makeSwatch, paintSwatch} from "./palette.js";
import {DataTable, Panel} from "./panel.js";
import {countText, durationText, kNothing, plural, sizeText} from "./text.js";

export function makeLayers(chosen) {
  const panel = new Panel("layers");
  let shown = null;
  const draw = () => shown && drawLayers();
  const of = makeSelect(
    "of",
    [
      {value: "layers", text: "this computation"},
      {value: "totals", text: "the whole job"},
    ],
    draw,
  );
  const filter = make("input", {type: "search", placeholder: "Filter", "aria-label": "Show layers whose name has"});
  filter.addEventListener("input", draw);
  panel.tools.append(of.label, filter);
  const table = new DataTable("Progress by layer", columns(chosen));
  table.element.classList.add("progress-table");
  panel.scroll("Progress by layer, table").append(table.element);

  function drawLayers() {
    const all = shown[of.select.value] ?? shown.layers;
    const wanted = filter.value.trim().toLowerCase();
    const rows = wanted === "" ? all : all.filter((layer) => layer.name.toLowerCase().includes(wanted));
    panel.tell(summaryOf(all, rows));
    table.update(rows);
  }
  return (state) => {
    shown = state;
    drawLayers();
  };
}

function summaryOf(all, rows) {
  if (all.length === 0) return "No layers yet.";
  const complete = all.filter((layer) => layer.done >= layer.tasks).length;
  const running = d3.sum(all, (layer) => layer.running);
  const failed = d3.sum(all, (layer) => layer.failed);
  const parts = [`${complete} of ${plural(all.length, "layer")} complete`, `${plural(running, "task")} running`];
  if (failed > 0) parts.push(`${plural(failed, "task")} failed`);
  if (rows.length < all.length) parts.push(`${rows.length} shown`);
  return `${parts.join(", ")}.`;
}

function columns(chosen) {
  return [
    {
      title: "Layer",
      class: "cut",
      fill: (cell, layer) => {
        if (cell.childElementCount === 0) {
          const button = make("button", {type: "button", class: "layer"}, makeSwatch(), make("span"));
          button.addEventListener("click", () => chosen(button.children[1].textContent));
          cell.append(button);
        }
        const button = cell.firstElementChild;
        paintSwatch(button.children[0], layerLook(layer.name));
        setText(button.children[1], layer.name);
        setAttribute(button, "title", `${layer.name}: show its durations`);
      },
    },
    {title: "Progress", class: "bar-cell", fill: fillBar},
    {title: "Tasks", number: true, text: tasksText},
    {title: "Time", number: true, text: (layer) => durationText(layer.seconds)},
    {title: "Mean", number: true, text: (layer) => (layer.done > 0 ? durationText(layer.seconds / layer.done) : kNothing)},
    {title: "Results", number: true, class: "spare", text: (layer) => sizeText(layer.bytes)},
  ];
}

function tasksText(layer) {
  const done = layer.done >= layer.tasks ? countText(layer.done) : `${countText(layer.done)}/${countText(layer.tasks)}`;
  return layer.failed > 0 ? `${done} ✕${countText(layer.failed)}` : done;
}

function fillBar(cell, layer) {
  if (cell.childElementCount === 0) {
    cell.append(
      make(
        "div",
        {class: "track"},
        make("span", {class: "done"}),
        make("span", {class: "running"}),
        make("span", {class: "failed"}),
      ),
    );
  }
  const total = Math.max(1, layer.tasks);
  ["done", "running", "failed"].forEach((part, index) => {
    setStyle(cell.firstElementChild.children[index], "width", `${(100 * Math.min(layer[part], total)) / total}%`);
  });
}
