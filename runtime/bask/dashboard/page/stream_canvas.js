// stream_canvas.js: draws the task stream: the pixels of the lanes, single tasks where the zoom goes beyond the bins, the names
// of lanes on the left, what each thread does now on the right, and the cursor.
import {drawTimeAxis, sizeCanvas, svgOf} from "./axes.js";
import {make, setStyle} from "./dom.js";
import {pixelOf} from "./palette.js";
import {sizeOf} from "./panel.js";
import {paintLanes, stackOrder} from "./stream_pixels.js";
import {kNothing, shortText} from "./text.js";
import {themeColor} from "./theme.js";

const kLeft = 76;
const kRight = 18;
const kNowWidth = 168;
const kAxisHeight = 22;
const kHighestLane = 44;
const kNamedLane = 11; // lower lanes are not named, their ranks are
const kTaskScale = 48; // pixels of a bin from which single tasks are drawn

export class StreamCanvas {
  constructor(host) {
    this.host = host;
    this.canvas = make("canvas", {class: "pixels", "aria-hidden": "true"});
    host.append(this.canvas);
    this.svg = svgOf(host, "over");
    this.axis = this.svg.append("g").attr("class", "axis");
    this.names = this.svg.append("g").attr("class", "names");
    this.nowTexts = this.svg.append("g").attr("class", "nows");
    this.tasks = this.svg.append("g").attr("class", "tasks");
    this.cursor = this.svg.append("g").attr("class", "cursor").attr("display", "none");
    this.cursor.append("line");
    this.cursor.append("rect");
    this.image = null;
  }

  /// Places the lanes in what room there is. `showNow`: whether there is a column of what threads do now.
  layOut(lanes, showNow) {
    this.lanes = lanes;
    const size = sizeOf(this.host);
    const room = Math.max(80, size.height - kAxisHeight);
    const height = lanes.length === 0 ? kNamedLane : room / lanes.length;
    this.laneHeight = Math.max(1, Math.min(kHighestLane, height >= 2 ? Math.floor(height) : height >= 1 ? 1 : height));
    this.gap = this.laneHeight >= 5 ? 1 : 0;
    this.height = Math.ceil(Math.max(1, this.laneHeight * lanes.length));
    this.right = showNow && this.laneHeight >= kNamedLane && size.width > 640 ? kNowWidth : kRight;
    this.width = Math.max(40, size.width - kLeft - this.right);
    this.svg.attr("width", size.width).attr("height", this.height + kAxisHeight);
  }

  scale(domain) {
    return d3.scaleLinear(domain, [kLeft, kLeft + this.width]);
  }

  /// The lane and the time at a place in the window; null beside the lanes.
  at(clientX, clientY, domain) {
    const box = this.canvas.getBoundingClientRect();
    const x = clientX - box.left;
    const y = clientY - box.top;
    if (x < 0 || x >= this.width || y < 0 || y >= this.height) return null;
    return {
      lane: Math.min(this.lanes.length - 1, Math.floor(y / this.laneHeight)),
      time: domain[0] + (x / this.width) * (domain[1] - domain[0]),
    };
  }

  paint(timeline, tiles, domain) {
    const {context, ratio} = sizeCanvas(this.canvas, this.width, this.height);
    setStyle(this.canvas, "left", `${kLeft}px`);
    const {width, height} = this.canvas;
    if (this.image === null || this.image.width !== width || this.image.height !== height)
      this.image = context.createImageData(width, height);
    const lane = this.laneHeight * ratio;
    const gap = this.gap * Math.round(ratio);
    paintLanes(
      {pixels: new Uint32Array(this.image.data.buffer), width, height, shift: ratio >= 2 ? 1 : 0},
      {
        lanes: this.lanes,
        top: (index) => Math.round(index * lane),
        bottom: (index) => Math.round((index + 1) * lane) - gap,
        from: domain[0],
        to: domain[1],
        binWidth: timeline.width,
        tiles,
        order: stackOrder(timeline),
        ground: pixelOf(themeColor("ground")),
      },
    );
    context.putImageData(this.image, 0, 0);
  }

  drawAxis(domain) {
    drawTimeAxis(this.axis.attr("transform", `translate(0,${this.height})`), this.scale(domain), this.width);
  }

  /// The names of lanes, or where lanes are low those of as many ranks as there is room for.
  drawNames() {
    const {lanes, laneHeight} = this;
    const starts = lanes
      .map((lane, index) => ({lane, index}))
      .filter(({lane, index}) => index === 0 || lane.rank !== lanes[index - 1].rank);
    const named =
      laneHeight >= kNamedLane
        ? lanes.map((lane, index) => ({index, text: lane.name.replace(/^rank (\d+) /, "$1 ")}))
        : spaced(starts, 13 / laneHeight).map(({lane, index}) => ({index, text: `rank ${lane.rank ?? kNothing}`}));
    const text = this.names.selectAll("text").data(named);
    text.exit().remove();
    text
      .enter()
      .append("text")
      .attr("x", kLeft - 6)
      .attr("text-anchor", "end")
      .merge(text)
      .attr("y", ({index}) => index * laneHeight + Math.max(9, Math.min(laneHeight, 16) / 2 + 4))
      .text((name) => shortText(name.text, 11));
    const line = this.names.selectAll("line").data(laneHeight >= 3 ? starts.slice(1) : []);
    line.exit().remove();
    line
      .enter()
      .append("line")
      .merge(line)
      .attr("x1", 8)
      .attr("x2", kLeft + this.width)
      .attr("y1", ({index}) => index * laneHeight - 0.5)
      .attr("y2", ({index}) => index * laneHeight - 0.5);
  }

  /// What each thread does now, beside its lane.
  drawNow(textOf) {
    const shown = this.right === kNowWidth ? this.lanes.map((lane, index) => ({index, text: textOf(lane)})) : [];
    const text = this.nowTexts.selectAll("text").data(shown);
    text.exit().remove();
    text
      .enter()
      .append("text")
      .merge(text)
      .attr("x", kLeft + this.width + 6)
      .attr("y", ({index}) => (index + 0.5) * this.laneHeight + 4)
      .text((now) => shortText(now.text, 27));
  }

  /// Single tasks, [{lane, began, seconds, failed}], where a bin is wide enough.
  drawTasks(tasks, domain, binWidth) {
    const scale = this.scale(domain);
    const wide = scale(domain[0] + binWidth) - scale(domain[0]) >= kTaskScale && this.laneHeight >= 5;
    const seen = wide ? tasks.filter((task) => task.began < domain[1] && task.began + task.seconds > domain[0]) : [];
    const rect = this.tasks.selectAll("rect").data(seen);
    rect.exit().remove();
    rect
      .enter()
      .append("rect")
      .merge(rect)
      .attr("class", (task) => (task.failed ? "failed" : null))
      .attr("x", (task) => Math.max(kLeft, scale(task.began)))
      .attr("y", (task) => task.lane * this.laneHeight + 0.5)
      .attr("width", (task) =>
        Math.max(1, Math.min(kLeft + this.width, scale(task.began + task.seconds)) - Math.max(kLeft, scale(task.began))),
      )
      .attr("height", Math.max(1, this.laneHeight - 2));
  }

  /// The cursor, {lane, time}, or null for none. Returns its place in the window.
  drawCursor(cursor, domain) {
    const seen = cursor !== null && cursor.lane < this.lanes.length && cursor.time >= domain[0] && cursor.time <= domain[1];
    this.cursor.attr("display", seen ? null : "none");
    if (!seen) return null;
    const x = this.scale(domain)(cursor.time);
    const y = cursor.lane * this.laneHeight;
    this.cursor.select("line").attr("x1", x).attr("x2", x).attr("y1", 0).attr("y2", this.height);
    this.cursor
      .select("rect")
      .attr("x", kLeft - 0.5)
      .attr("y", y - 0.5)
      .attr("width", this.width + 1)
      .attr("height", Math.max(2, this.laneHeight));
    const box = this.svg.node().getBoundingClientRect();
    return {x: box.left + x, y: box.top + y + this.laneHeight};
  }
}

// Those that are at least `distance` lanes apart.
function spaced(starts, distance) {
  const kept = [];
  for (const start of starts) {
    if (kept.length === 0 || start.index - kept[kept.length - 1].index >= distance) kept.push(start);
  }
  return kept;
}
