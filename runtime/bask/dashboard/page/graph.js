// graph.js: the graph of the computation by layers, filled as they get done, or by tasks where there are few. It is laid out
// again only when its edges change. The wheel zooms while the graph has the focus, and everywhere with Ctrl; keys: + and -,
// arrows, 0.
import {svgOf} from "./axes.js";
import {make, makeButton, makeSelect, setOptions} from "./dom.js";
import {placeNodes} from "./graph_layout.js";
import {layerLook} from "./palette.js";
import {Panel, onResize, sizeOf} from "./panel.js";
import {countText, kNothing, plural, shortText} from "./text.js";
import {onTheme} from "./theme.js";

// Boxes of layers, and of tasks; between them: beside each other, from one level to the one below, and to the one on the right.
const kBox = {width: 148, height: 33, beside: 14, below: 18, right: 34};
const kDot = {width: 10, height: 10, beside: 5, below: 26, right: 30};
const kMostEdges = 6000;
const kMostStretch = 160;

export function makeGraph() {
  return new Graph().update;
}

class Graph {
  constructor() {
    this.panel = new Panel("graph");
    this.state = null;
    this.shape = null; // {box, down, nodes: [{x, y}]}
    this.laidOut = null; // which edges have been laid out
    this.makeTools();
    this.makePicture();
    this.table = this.panel.alternative([
      {title: "Layer", class: "name", text: (row) => row.name},
      {title: "State", text: (row) => row.told},
      {title: "Reads", class: "name", text: (row) => row.reads},
    ]);
    this.update = this.update.bind(this);
    onResize(this.host, () => this.drawAnew());
    onTheme(() => this.drawAnew());
  }

  drawAnew() {
    this.laidOut = null;
    if (this.state !== null) this.draw();
  }

  makeTools() {
    this.of = makeSelect("by", [{value: "layers", text: "layer"}], () => this.draw());
    this.panel.tools.append(
      this.of.label,
      makeButton("−", "Zoom out of the graph", () => this.scaleBy(1 / 1.4)),
      makeButton("+", "Zoom into the graph", () => this.scaleBy(1.4)),
      makeButton("All", "Show all of the graph", () => this.fit()),
    );
  }

  makePicture() {
    this.host = this.panel.focusable("graph-host", "graph", "graph-summary");
    this.host.addEventListener("keydown", (event) => this.key(event));
    this.svg = svgOf(this.host, "over");
    this.root = this.svg.append("g");
    this.edges = this.root.append("g").attr("class", "edges");
    this.nodes = this.root.append("g").attr("class", "nodes");
    const {host} = this;
    this.zoom = d3.zoom().scaleExtent([0.02, 4]);
    this.zoom.filter(function () {
      const event = d3.event ?? arguments[0]; // of version 5, and of later ones
      return event.type === "wheel" ? event.ctrlKey || document.activeElement === host : !event.button;
    });
    this.zoom.on("zoom", () => this.root.attr("transform", d3.zoomTransform(this.svg.node())));
    this.svg.call(this.zoom).on("dblclick.zoom", null);
  }

  update(state) {
    this.state = state;
    const options = [{value: "layers", text: "layer"}];
    if (state.graph.tasks !== null && state.graph.tasks.length > 0) options.push({value: "tasks", text: "task"});
    setOptions(this.of.select, options);
    this.draw();
    this.table.update(() => rowsOf(state));
  }

  draw() {
    const byTask = this.of.select.value === "tasks";
    const {layers, graph} = this.state;
    const inputs = byTask ? graph.tasks.map((task) => task.inputs) : layers.map((_, index) => graph.inputs[index] ?? []);
    this.panel.tell(summaryOf(this.state));
    const key = `${byTask} ${JSON.stringify(inputs)}`;
    if (key !== this.laidOut) this.layOut(inputs, byTask ? kDot : kBox);
    this.laidOut = key;
    if (byTask) this.drawTasks(graph.tasks, layers);
    else this.drawLayers(layers);
  }

  // Levels go down or to the right, whichever leaves the graph larger.
  layOut(inputs, box) {
    const placed = placeNodes(inputs);
    const size = (down) => ({
      width: down ? placed.widest * (box.width + box.beside) : placed.levels * (box.width + box.right),
      height: down ? placed.levels * (box.height + box.below) : placed.widest * (box.height + box.beside),
    });
    const room = sizeOf(this.host);
    const scale = (down) => Math.min(room.width / size(down).width, room.height / size(down).height);
    const down = !(scale(false) > scale(true));
    const step = stretched(size(down), room, placed.levels, down) + (down ? box.height + box.below : box.width + box.right);
    const at = ({level, place}) =>
      down ? {x: place * (box.width + box.beside), y: level * step} : {x: level * step, y: place * (box.height + box.beside)};
    this.shape = {box, down, nodes: placed.nodes.map(at)};
    const edges = placed.reads.flatMap((list, node) =>
      list.map((input) => ({from: this.shape.nodes[input], to: this.shape.nodes[node]})),
    );
    const link = down ? d3.linkVertical() : d3.linkHorizontal();
    const {width, height} = box;
    const path = this.edges.selectAll("path").data(edges.slice(0, kMostEdges));
    path.exit().remove();
    path
      .enter()
      .append("path")
      .merge(path)
      .attr("d", ({from, to}) =>
        link(
          down
            ? {source: [from.x, from.y + height / 2], target: [to.x, to.y - height / 2]}
            : {source: [from.x + width / 2, from.y], target: [to.x - width / 2, to.y]},
        ),
      );
    this.fit();
  }

  drawLayers(layers) {
    const {width, height} = this.shape.box;
    const box = this.ofClass("layer", layers, (made) => {
      for (const part of ["ground", "filled", "failed", "mark", "frame"]) made.append("rect").attr("class", part);
      made.append("text").attr("class", "name").attr("x", 11).attr("y", 14);
      made.append("text").attr("class", "count").attr("x", 11).attr("y", 28);
      made.append("title");
      made.selectAll("rect").attr("height", height).attr("rx", 3);
      made.selectAll(".ground, .frame").attr("width", width);
      made.select(".mark").attr("width", 5);
    });
    const share = (part, layer) => Math.min(1, part / Math.max(1, layer.tasks));
    box.select(".filled").attr("width", (layer) => width * share(layer.done, layer));
    box.select(".failed").attr("width", (layer) => (layer.failed > 0 ? Math.max(6, width * share(layer.failed, layer)) : 0));
    box.select(".mark").attr("fill", (layer) => layerLook(layer.name).color);
    box.select(".frame").attr("class", (layer) => `frame ${stateOf(layer)}`);
    box.select(".name").text((layer) => shortText(layer.name, 22));
    box.select(".count").text(countOf);
    box.select("title").text((layer) => `${shortText(layer.name, 200)}: ${countOf(layer)}`);
  }

  drawTasks(tasks, layers) {
    const {width, height} = this.shape.box;
    const nameOf = (task) => layers[task.layer]?.name ?? "unknown layer";
    const dot = this.ofClass("task", tasks, (made) => {
      made.append("rect").attr("rx", 2).attr("width", width).attr("height", height).append("title");
    });
    const rect = dot.select("rect").attr("class", (task) => task.state);
    rect.attr("stroke", (task) => layerLook(nameOf(task)).color);
    rect.attr("fill", (task) => (task.state === "done" ? layerLook(nameOf(task)).color : null));
    dot.select("title").text((task, index) => {
      const where = task.rank === null ? "" : `, rank ${task.rank}`;
      const name = task.name === null || task.name === "" ? `task ${index}` : shortText(task.name, 200);
      return `${name} of ${shortText(nameOf(task), 200)}: ${task.state}${where}`;
    });
  }

  // The nodes' groups, one for each item, in their places; those of the other kind go.
  ofClass(name, items, make) {
    const {box, nodes} = this.shape;
    this.nodes.selectAll(`g:not(.${name})`).remove();
    const group = this.nodes.selectAll("g").data(items);
    group.exit().remove();
    const made = group.enter().append("g").attr("class", name);
    make(made);
    const place = (_, index) => `translate(${nodes[index].x - box.width / 2},${nodes[index].y - box.height / 2})`;
    return made.merge(group).attr("transform", place);
  }

  fit() {
    const {width, height} = sizeOf(this.host);
    this.svg.attr("width", width).attr("height", height);
    if (this.shape === null || this.shape.nodes.length === 0 || width === 0) return;
    const {box, nodes} = this.shape;
    const [left, right] = d3.extent(nodes, ({x}) => x);
    const [top, bottom] = d3.extent(nodes, ({y}) => y);
    const wide = right - left + box.width + 16;
    const high = bottom - top + box.height + 16;
    const scale = Math.min(1.15, width / wide, height / high);
    const moved = d3.zoomIdentity
      .translate(width / 2 - (scale * (left + right)) / 2, height / 2 - (scale * (top + bottom)) / 2)
      .scale(scale);
    this.svg.call(this.zoom.transform, moved);
  }

  scaleBy(factor) {
    this.svg.call(this.zoom.scaleBy, factor);
  }

  key(event) {
    const steps = {ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1]};
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (steps[event.key] !== undefined) {
      const {k} = d3.zoomTransform(this.svg.node());
      this.svg.call(this.zoom.translateBy, (40 / k) * steps[event.key][0], (40 / k) * steps[event.key][1]);
    } else if (event.key === "+" || event.key === "=") this.scaleBy(1.4);
    else if (event.key === "-") this.scaleBy(1 / 1.4);
    else if (event.key === "0") this.fit();
    else return;
    event.preventDefault();
  }
}

// How much further apart levels may be, so that the graph has the shape of the room.
function stretched(size, room, levels, down) {
  if (room.width === 0 || room.height === 0) return 0;
  const shape = room.width / room.height;
  const missing = down ? size.width / shape - size.height : size.height * shape - size.width;
  return Math.max(0, Math.min(kMostStretch, missing / Math.max(1, levels - 1)));
}

function stateOf(layer) {
  if (layer.failed > 0) return "failed";
  if (layer.done >= layer.tasks) return "done";
  return layer.running > 0 || layer.done > 0 ? "running" : "waiting";
}

function countOf(layer) {
  const failed = layer.failed > 0 ? `, ✕ ${countText(layer.failed)} failed` : "";
  const running = layer.running > 0 ? `, ▶ ${countText(layer.running)}` : "";
  return layer.done >= layer.tasks
    ? `✓ ${countText(layer.done)}`
    : `${countText(layer.done)} of ${countText(layer.tasks)}${running}${failed}`;
}

function summaryOf({layers, graph}) {
  if (layers.length === 0) return "No graph yet.";
  const edges = d3.sum(graph.inputs, (list) => list.length);
  const count = (state) => layers.filter((layer) => stateOf(layer) === state).length;
  const states = ["done", "running", "failed", "waiting"].filter(count).map((state) => `${count(state)} ${state}`);
  return `${plural(layers.length, "layer")}, ${plural(edges, "edge")}: ${states.join(", ")}.`;
}

function rowsOf({layers, graph}) {
  return layers.map((layer, index) => ({
    name: layer.name,
    told: `${stateOf(layer)}: ${countOf(layer)}`,
    reads:
      (graph.inputs[index] ?? [])
        .map((input) => layers[input]?.name ?? "")
        .filter((name) => name !== "")
        .join(", ") || kNothing,
  }));
}
