// lines.js: a chart of a few lines over time, and of limits, which are level lines. A line is named at its right end.
import {drawTimeAxis, svgOf} from "./axes.js";
import {onResize, sizeOf} from "./panel.js";
import {timeText} from "./text.js";
import {tooltipOver} from "./tooltip.js";

const kMargin = {left: 58, right: 44, top: 8, bottom: 22};
const kDashes = {plain: null, dashed: "5 3"};

export class LineChart {
  /// `axis(group, scale, height)` draws the ticks of the values; `text(value)` tells one.
  constructor(host, axis, text) {
    this.host = host;
    this.axis = axis;
    this.text = text;
    this.svg = svgOf(host, "chart");
    this.lines = this.svg.append("g");
    this.limits = this.svg.append("g");
    this.x = this.svg.append("g").attr("class", "axis");
    this.y = this.svg.append("g").attr("class", "axis");
    this.ends = this.svg.append("g").attr("class", "ends");
    this.content = null;
    onResize(host, () => this.draw());
    tooltipOver(host, (event) => this.linesAt(event));
  }

  /// content: {lines: [{name, color, dash, values}], limits: [{name, value}], binWidth, end, most}
  update(content) {
    this.content = content;
    this.draw();
  }

  draw() {
    if (this.content === null) return;
    const {width, height} = sizeOf(this.host);
    if (width < 20 || height < 20) return;
    const {lines, limits, end, most} = this.content;
    const bottom = height - kMargin.bottom;
    this.scale = d3.scaleLinear([0, end], [kMargin.left, Math.max(kMargin.left + 10, width - kMargin.right)]);
    const values = d3.scaleLinear([0, most], [bottom, kMargin.top]);
    this.svg.attr("width", width).attr("height", height);
    drawTimeAxis(this.x.attr("transform", `translate(0,${bottom})`), this.scale, width - kMargin.left - kMargin.right);
    this.axis(this.y.attr("transform", `translate(${kMargin.left},0)`), values, bottom - kMargin.top);
    this.drawLines(lines, values);
    this.drawLimits(limits, values);
    this.drawEnds(lines, values);
  }

  drawLines(lines, values) {
    const {binWidth, end} = this.content;
    const shape = d3
      .line()
      .x((_, index) => this.scale(Math.min(end, (index + 0.5) * binWidth)))
      .y((value) => values(value));
    const path = this.lines.selectAll("path").data(lines);
    path.exit().remove();
    path
      .enter()
      .append("path")
      .attr("fill", "none")
      .merge(path)
      .attr("stroke", (line) => line.color)
      .attr("stroke-dasharray", (line) => kDashes[line.dash])
      .attr("d", (line) => shape(line.values));
  }

  drawLimits(limits, values) {
    const [left, right] = this.scale.range();
    const group = this.limits.selectAll("g").data(limits);
    group.exit().remove();
    const made = group.enter().append("g").attr("class", "limit");
    made.append("line");
    made.append("text").attr("text-anchor", "end");
    const all = made.merge(group).attr("transform", (limit) => `translate(0,${values(limit.value)})`);
    all.select("line").attr("x1", left).attr("x2", right);
    all
      .select("text")
      .attr("x", right - 4)
      .attr("y", -4)
      .text((limit) => limit.name);
  }

  // The names at the right ends, moved apart.
  drawEnds(lines, values) {
    const named = lines
      .filter((line) => line.values.length > 0 && line.name !== "")
      .map((line) => ({name: line.name, color: line.color, y: values(line.values[line.values.length - 1])}))
      .sort((a, b) => a.y - b.y);
    for (let index = 1; index < named.length; ++index) named[index].y = Math.max(named[index].y, named[index - 1].y + 11);
    const over = named.length === 0 ? 0 : Math.max(0, named[named.length - 1].y - values.range()[0]);
    const text = this.ends.selectAll("text").data(named);
    text.exit().remove();
    text
      .enter()
      .append("text")
      .merge(text)
      .attr("x", this.scale.range()[1] + 5)
      .attr("y", ({y}) => y - over + 4)
      .text(({name}) => name);
    const mark = this.ends.selectAll("line").data(named);
    mark.exit().remove();
    mark
      .enter()
      .append("line")
      .merge(mark)
      .attr("stroke", ({color}) => color)
      .attr("x1", this.scale.range()[1])
      .attr("x2", this.scale.range()[1] + 4)
      .attr("y1", ({y}) => y - over)
      .attr("y2", ({y}) => y - over);
  }

  linesAt(event) {
    if (this.content === null || this.content.lines.length === 0 || this.scale === undefined) return null;
    const time = this.scale.invert(event.clientX - this.host.getBoundingClientRect().left);
    const {lines, binWidth, end} = this.content;
    if (time < 0 || time > end) return null;
    const bin = Math.floor(time / binWidth);
    const told = lines
      .filter((line) => line.values[bin] !== undefined)
      .map((line) => ({
        look: {color: line.color, texture: line.dash === "dashed" ? "level" : "plain"},
        text: `${line.label}: ${this.text(line.values[bin])}`,
      }));
    return [timeText(bin * binWidth, binWidth), ...told];
  }
}

/// The color of a rank among a few.
export function rankColor(rank) {
  return ["#4573c0", "#d27a44", "#0bad87", "#9558a3", "#b45054", "#10a1d4", "#999a2a", "#ce709f"][(rank ?? 0) % 8];
}
