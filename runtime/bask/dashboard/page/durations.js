// durations.js: how many tasks of a layer took how long: bars over powers of two.
import {svgOf} from "./axes.js";
import {make, makeSelect, setOptions} from "./dom.js";
import {layerLook} from "./palette.js";
import {Panel, onResize, sizeOf} from "./panel.js";
import {countText, durationText, plural, shortText} from "./text.js";
import {onTheme, themeColor} from "./theme.js";
import {tooltipOver} from "./tooltip.js";

const kMargin = {left: 46, right: 26, top: 8, bottom: 24};
const kAll = "all"; // the choice of all layers

/// Returns {update, choose}: `choose(name)` shows the layer of that name.
export function makeDurations() {
  const panel = new Panel("durations");
  let shown = null;
  const of = makeSelect("of", [{value: kAll, text: "all layers"}], () => shown && draw(shown));
  panel.tools.append(of.label);
  const host = panel.body.appendChild(make("div", {class: "chart-host tall"}));
  const bars = new Bars(host);
  const table = panel.alternative([
    {title: "From", number: true, text: (row) => durationText(row.from)},
    {title: "To", number: true, text: (row) => durationText(2 * row.from)},
    {title: "Tasks", number: true, text: (row) => countText(row.count)},
  ]);

  function draw(state) {
    const {layers, word, look} = chosenOf(state, of.select.value);
    const rows = countsOf(layers);
    panel.tell(summaryOf(layers, word));
    bars.update(rows, look);
    table.update(() => rows.filter((row) => row.count > 0));
  }
  return {
    update(state) {
      shown = state;
      setOptions(of.select, [
        {value: kAll, text: "all layers"},
        ...state.layers.map((layer, index) => ({value: index, text: shortText(layer.name, 32)})),
      ]);
      draw(state);
    },
    choose(name) {
      const index = shown === null ? -1 : shown.layers.findIndex((layer) => layer.name === name);
      if (index < 0) return;
      of.select.value = String(index);
      draw(shown);
      panel.root.scrollIntoView({block: "nearest"});
    },
  };
}

function chosenOf({layers}, value) {
  const layer = value === kAll ? undefined : layers[Number(value)];
  return layer === undefined
    ? {layers, word: "all layers", look: null}
    : {layers: [layer], word: layer.name, look: layerLook(layer.name)};
}

// [{from: seconds, count}], from the first to the last that has any.
function countsOf(layers) {
  const counts = d3
    .range(48)
    .map((power) => ({from: 2 ** power / 1e9, count: d3.sum(layers, (layer) => layer.durations[power] ?? 0)}));
  const full = counts.map((_, index) => index).filter((index) => counts[index].count > 0);
  return full.length === 0 ? [] : counts.slice(Math.max(0, full[0] - 1), full[full.length - 1] + 2);
}

function summaryOf(layers, word) {
  const done = d3.sum(layers, (layer) => layer.done + layer.failed);
  if (done === 0) return `No task of ${shortText(word, 80)} has ended yet.`;
  const mean = durationText(d3.sum(layers, (layer) => layer.seconds) / done);
  const longest = durationText(d3.max(layers, (layer) => layer.longest));
  return `${plural(done, "task")} of ${shortText(word, 80)}, ${mean} on average, ${longest} at the most.`;
}

class Bars {
  constructor(host) {
    this.host = host;
    this.svg = svgOf(host, "chart");
    this.bars = this.svg.append("g");
    this.x = this.svg.append("g").attr("class", "axis");
    this.y = this.svg.append("g").attr("class", "axis");
    this.rows = null;
    onResize(host, () => this.draw());
    onTheme(() => this.draw());
    tooltipOver(host, (event) => this.linesAt(event));
  }

  update(rows, look) {
    this.rows = rows;
    this.look = look;
    this.draw();
  }

  draw() {
    const {width, height} = sizeOf(this.host);
    if (this.rows === null || width < 20) return;
    const bottom = height - kMargin.bottom;
    this.svg.attr("width", width).attr("height", height);
    this.scale = d3.scaleLinear([0, Math.max(1, this.rows.length)], [kMargin.left, width - kMargin.right]);
    const counts = d3.scaleLinear([0, d3.max(this.rows, (row) => row.count) || 1], [bottom, kMargin.top]);
    const step = Math.max(1, Math.ceil((this.rows.length * 62) / Math.max(1, width - kMargin.left)));
    this.x.attr("transform", `translate(0,${bottom})`).call(
      d3
        .axisBottom(this.scale)
        .tickValues(d3.range(0, this.rows.length + 1, step))
        .tickSizeOuter(0)
        .tickFormat((index) => (this.rows.length === 0 ? "" : durationText(this.rows[0].from * 2 ** index))),
    );
    this.y.attr("transform", `translate(${kMargin.left},0)`).call(
      d3
        .axisLeft(counts)
        .ticks(Math.max(2, Math.floor(height / 40)))
        .tickSizeOuter(0)
        .tickFormat((count) => (Number.isInteger(count) ? countText(count) : "")),
    );
    const color = this.look === null ? themeColor("accent-fill") : this.look.color;
    const rect = this.bars.selectAll("rect").data(this.rows);
    rect.exit().remove();
    rect
      .enter()
      .append("rect")
      .merge(rect)
      .attr("fill", color)
      .attr("x", (_, index) => this.scale(index) + 1)
      .attr("width", Math.max(1, this.scale(1) - this.scale(0) - 2))
      .attr("y", (row) => counts(row.count))
      .attr("height", (row) => bottom - counts(row.count));
  }

  linesAt(event) {
    if (this.rows === null || this.scale === undefined) return null;
    const row = this.rows[Math.floor(this.scale.invert(event.clientX - this.host.getBoundingClientRect().left))];
    return row === undefined ? null : [`${durationText(row.from)} to ${durationText(2 * row.from)}`, plural(row.count, "task")];
  }
}
