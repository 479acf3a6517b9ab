// axes.js: what charts over time share: the axes, and a drawing surface that follows its size.
import {make, setStyle, setText} from "./dom.js";
import {mixed} from "./palette.js";
import {sizeText, timeText} from "./text.js";
import {themeColor} from "./theme.js";

export function svgOf(host, className) {
  return d3.select(host).append("svg").attr("class", className).attr("aria-hidden", "true").attr("focusable", "false");
}

/// Ticks of time in the job's seconds, below the chart.
export function drawTimeAxis(group, scale, width) {
  const ticks = scale.ticks(Math.max(2, Math.floor(width / 90)));
  const step = ticks.length > 1 ? ticks[1] - ticks[0] : 0.1;
  group.call(
    d3
      .axisBottom(scale)
      .tickValues(ticks)
      .tickSizeOuter(0)
      .tickFormat((value) => timeText(value, step)),
  );
}

/// Ticks of bytes: multiples of a power of two.
export function sizeTicks(most, count) {
  if (!(most > 0)) return [0];
  const step = 2 ** Math.ceil(Math.log2(most / count));
  return d3.range(0, most * 1.0001, step);
}

export function drawSizeAxis(group, scale, height) {
  const ticks = sizeTicks(scale.domain()[1], Math.max(2, Math.floor(height / 34)));
  group.call(d3.axisLeft(scale).tickValues(ticks).tickSizeOuter(0).tickFormat(sizeText));
}

/// A canvas with as many pixels as the screen has there. Returns its context and pixel ratio.
export function sizeCanvas(canvas, width, height) {
  const ratio = Math.max(1, Math.min(3, window.devicePixelRatio || 1));
  const wide = Math.max(1, Math.round(width * ratio));
  const high = Math.max(1, Math.round(height * ratio));
  if (canvas.width !== wide) canvas.width = wide;
  if (canvas.height !== high) canvas.height = high;
  setStyle(canvas, "width", `${width}px`);
  setStyle(canvas, "height", `${height}px`);
  return {context: canvas.getContext("2d"), ratio};
}

/// The end of the time that charts show: the last bin, or now where that is later; before there is any, a second.
export function endOfTime(state) {
  const {width, bins} = state.timeline;
  return bins === 0 ? 1 : Math.max(state.job.ended ?? state.job.now, (bins - 1) * width, width);
}

/// 64 colors, for heat maps; those that text is written on do not go as far.
export function heatColors(underText = false) {
  const from = themeColor("heat-low");
  const to = themeColor(underText ? "heat-text" : "heat-high");
  return d3.range(64).map((index) => mixed(from, to, index / 63));
}

/// Tells what the palest and the darkest color of a heat map stand for.
export function makeHeatScale() {
  const high = make("span");
  const element = make(
    "p",
    {class: "heat-scale"},
    make("span", {}, "0"),
    make("span", {class: "ramp", "aria-hidden": "true"}),
    high,
  );
  return {element, tell: (text) => setText(high, text)};
}

export function heatIndex(share) {
  return Math.max(0, Math.min(63, Math.round(share * 63)));
}
