// stream_control.js: the pointer, the wheel and the keys of the task stream.
import {hideTooltip, showTooltip} from "./tooltip.js";

const kZoomStep = 1.25;

export class StreamControl {
  constructor(stream, host) {
    this.stream = stream;
    this.host = host;
    this.dragged = null; // {x, from, to} where a drag began
    host.addEventListener("keydown", (event) => this.key(event));
    host.addEventListener("wheel", (event) => this.wheel(event), {passive: false});
    host.addEventListener("pointerdown", (event) => this.grab(event));
    host.addEventListener("pointermove", (event) => this.move(event));
    host.addEventListener("pointerup", () => this.release());
    host.addEventListener("pointercancel", () => this.release());
    host.addEventListener("pointerleave", hideTooltip);
    host.addEventListener("blur", () => stream.moveCursor(null));
  }

  at(event) {
    return this.stream.canvas.at(event.clientX, event.clientY, this.stream.window.domain());
  }

  key(event) {
    const {stream} = this;
    if (stream.state === null || event.ctrlKey || event.altKey || event.metaKey) return;
    const steps = {ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0]};
    const middle = stream.cursor?.time ?? d3.mean(stream.window.domain());
    if (steps[event.key] !== undefined && event.shiftKey) stream.pan(steps[event.key][1] * 0.25);
    else if (steps[event.key] !== undefined) this.step(...steps[event.key]);
    else if (event.key === "+" || event.key === "=") stream.zoom(0.5, middle);
    else if (event.key === "-") stream.zoom(2, middle);
    else if (event.key === "0") stream.zoom(Infinity, middle);
    else if (event.key === "Home") this.step(0, -Infinity);
    else if (event.key === "End") this.step(0, Infinity);
    else if (event.key === "Escape") stream.moveCursor(null);
    else return;
    event.preventDefault();
  }

  // Moves the cursor by lanes and bins; the first step shows it, in the middle of the first lane.
  step(lanes, bins) {
    const {stream} = this;
    const {width} = stream.state.timeline;
    const count = stream.canvas.lanes.length;
    if (count === 0) return;
    const [from, to] = stream.window.domain();
    if (stream.cursor === null) return stream.moveCursor({lane: 0, time: (Math.floor((from + to) / 2 / width) + 0.5) * width});
    const last = Math.max(0, Math.ceil(stream.window.end / width) - 1);
    const bin = Math.max(0, Math.min(last, Math.floor(stream.cursor.time / width) + bins));
    stream.moveCursor({lane: Math.max(0, Math.min(count - 1, stream.cursor.lane + lanes)), time: (bin + 0.5) * width});
  }

  wheel(event) {
    const at = this.at(event);
    if (at === null || (document.activeElement !== this.host && !event.ctrlKey)) return;
    event.preventDefault();
    this.stream.zoom(event.deltaY > 0 ? kZoomStep : 1 / kZoomStep, at.time);
    this.tell(event);
  }

  grab(event) {
    if (event.button !== 0 || this.at(event) === null) return;
    const [from, to] = this.stream.window.domain();
    this.dragged = {x: event.clientX, from, to};
    this.host.setPointerCapture(event.pointerId);
  }

  move(event) {
    if (this.dragged === null) return this.tell(event);
    const {x, from, to} = this.dragged;
    if (this.stream.window.isWhole) return;
    this.stream.window.show(from - ((event.clientX - x) / this.stream.canvas.width) * (to - from), to - from);
    this.stream.draw();
  }

  release() {
    this.dragged = null;
  }

  tell(event) {
    const at = this.stream.state === null ? null : this.at(event);
    if (at === null || at.lane < 0) return hideTooltip();
    showTooltip(event.clientX, event.clientY, this.stream.linesAt(at));
  }
}
