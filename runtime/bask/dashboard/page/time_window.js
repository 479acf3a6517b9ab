// time_window.js: which part of the job's time the task stream shows. It follows the job until the reader zooms.
export class TimeWindow {
  constructor() {
    this.end = 1; // of the time that there is
    this.from = null; // null: all of it
    this.to = null;
    this.shortest = 1e-3;
  }

  get isWhole() {
    return this.from === null;
  }

  domain() {
    return this.isWhole ? [0, this.end] : [this.from, this.to];
  }

  /// Time goes on. `width`: of a bin; the shortest window shows a fraction of one.
  extend(end, width) {
    this.end = end;
    this.shortest = width / 16;
  }

  /// Shows `factor` times as much time, the instant `at` staying in its place.
  zoom(factor, at) {
    const [from, to] = this.domain();
    const length = Math.max(this.shortest, (to - from) * factor);
    if (length >= this.end) return this.showAll();
    const share = (at - from) / (to - from);
    this.show(at - share * length, length);
  }

  /// Moves by a time.
  pan(by) {
    if (!this.isWhole) this.show(this.from + by, this.to - this.from);
  }

  /// Moves as little as shows the instant.
  reveal(at) {
    if (this.isWhole) return;
    if (at < this.from) this.pan(at - this.from);
    if (at > this.to) this.pan(at - this.to);
  }

  show(from, length) {
    this.from = Math.max(0, Math.min(from, this.end - length));
    this.to = this.from + length;
  }

  showAll() {
    this.from = null;
    this.to = null;
  }
}
