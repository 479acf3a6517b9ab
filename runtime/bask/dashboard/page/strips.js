// strips.js: a heat map of many ranks over time: a row for each rank, dark where a value is high.
import {drawTimeAxis, heatColors, heatIndex, makeHeatScale, sizeCanvas, svgOf} from "./axes.js";
import {make, setStyle} from "./dom.js";
import {pixelOf} from "./palette.js";
import {onResize, sizeOf} from "./panel.js";
import {timeText} from "./text.js";
import {onTheme, themeColor} from "./theme.js";
import {tooltipOver} from "./tooltip.js";

const kMostBins = 4096; // that are drawn, should a state have bins of no width
const kMargin = {left: 58, right: 12, top: 4, bottom: 38};

export class StripChart {
  /// `text(value)` tells one value.
  constructor(host, text) {
    this.host = host;
    this.text = text;
    this.canvas = make("canvas", {class: "pixels", "aria-hidden": "true"});
    host.append(this.canvas);
    this.small = document.createElement("canvas"); // one pixel for each value
    this.svg = svgOf(host, "chart over");
    this.x = this.svg.append("g").attr("class", "axis");
    this.names = this.svg.append("g").attr("class", "names");
    this.heatScale = makeHeatScale();
    host.append(this.heatScale.element);
    this.content = null;
    onResize(host, () => this.draw());
    onTheme(() => this.draw());
    tooltipOver(host, (event) => this.linesAt(event));
  }

  /// content: {rows: [{name, label, values, most}], binWidth, end, mostText}; `most` is the value of the darkest color.
  update(content) {
    this.content = content;
    this.draw();
  }

  draw() {
    if (this.content === null) return;
    const {rows, binWidth, end, mostText} = this.content;
    const size = sizeOf(this.host);
    const width = Math.max(10, size.width - kMargin.left - kMargin.right);
    const height = Math.max(10, size.height - kMargin.top - kMargin.bottom);
    const bins = Math.max(1, Math.min(kMostBins, Math.ceil(end / binWidth - 1e-9)));
    this.size = {width, height, rowHeight: height / Math.max(1, rows.length)};
    this.fillSmall(rows, bins);
    this.heatScale.tell(mostText);
    const {context} = sizeCanvas(this.canvas, width, height);
    setStyle(this.canvas, "left", `${kMargin.left}px`);
    setStyle(this.canvas, "top", `${kMargin.top}px`);
    context.imageSmoothingEnabled = false;
    context.drawImage(this.small, 0, 0, end / binWidth, Math.max(1, rows.length), 0, 0, this.canvas.width, this.canvas.height);
    this.drawAxes(rows, end);
  }

  fillSmall(rows, bins) {
    this.small.width = bins;
    this.small.height = Math.max(1, rows.length);
    const context = this.small.getContext("2d");
    const image = context.createImageData(bins, this.small.height);
    const pixels = new Uint32Array(image.data.buffer).fill(pixelOf(themeColor("ground")));
    const colors = heatColors().map(pixelOf);
    rows.forEach(({values, most}, row) => {
      for (let bin = 0; bin < Math.min(bins, values.length); ++bin)
        pixels[row * bins + bin] = colors[heatIndex(values[bin] / most)];
    });
    context.putImageData(image, 0, 0);
  }

  drawAxes(rows, end) {
    const {width, height, rowHeight} = this.size;
    this.scale = d3.scaleLinear([0, end], [kMargin.left, kMargin.left + width]);
    this.svg.attr("width", kMargin.left + width + kMargin.right).attr("height", kMargin.top + height + kMargin.bottom);
    drawTimeAxis(this.x.attr("transform", `translate(0,${kMargin.top + height})`), this.scale, width);
    const step = Math.ceil(13 / rowHeight);
    const text = this.names
      .selectAll("text")
      .data(rows.map((row, index) => ({row, index})).filter(({index}) => index % step === 0));
    text.exit().remove();
    text
      .enter()
      .append("text")
      .attr("text-anchor", "end")
      .attr("x", kMargin.left - 6)
      .merge(text)
      .attr("y", ({index}) => kMargin.top + index * rowHeight + Math.max(8, rowHeight / 2 + 4))
      .text(({row}) => row.name);
  }

  linesAt(event) {
    if (this.content === null || this.content.rows.length === 0 || this.scale === undefined) return null;
    const box = this.host.getBoundingClientRect();
    const time = this.scale.invert(event.clientX - box.left);
    const {rows, binWidth, end} = this.content;
    const row = rows[Math.floor((event.clientY - box.top - kMargin.top) / this.size.rowHeight)];
    if (time < 0 || time > end || row === undefined) return null;
    const bin = Math.floor(time / binWidth);
    return [
      `${row.label}, ${timeText(bin * binWidth, binWidth)}`,
      row.values[bin] === undefined ? "nothing known" : this.text(row.values[bin], row),
    ];
  }
}
