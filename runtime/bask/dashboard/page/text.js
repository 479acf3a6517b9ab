// text.js: numbers for humans. Sizes are binary, durations have the unit that fits, and what is null is a dash.
const kUnits = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
const kCounts = new Intl.NumberFormat("en", {maximumFractionDigits: 1});
export const kNothing = "–";

function isNumber(value) {
  return typeof value === "number" && Number.isFinite(value);
}

// Three significant digits, without an exponent: 0.0123, 1.23, 12.3, 123.
function threeDigits(value) {
  const magnitude = Math.abs(value);
  if (magnitude === 0) return "0";
  if (magnitude >= 100) return String(Math.round(value));
  return String(Number(value.toPrecision(3)));
}

/// 1610612736 -> "1.5 GiB"
export function sizeText(bytes) {
  if (!isNumber(bytes)) return kNothing;
  let unit = 0;
  let value = bytes;
  while (Math.abs(value) >= 1023.5 && unit < kUnits.length - 1) {
    value /= 1024;
    ++unit;
  }
  return `${unit === 0 ? Math.round(value) : threeDigits(value)} ${kUnits[unit]}`;
}

/// Seconds -> "250 ns", "3.2 ms", "12.3 s", "4 min 05 s", "2 h 03 min", "3 d 04 h"
export function durationText(seconds) {
  if (!isNumber(seconds)) return kNothing;
  const magnitude = Math.abs(seconds);
  if (magnitude === 0) return "0 s";
  if (magnitude < 999.5e-9) return `${threeDigits(seconds * 1e9)} ns`;
  if (magnitude < 999.5e-6) return `${threeDigits(seconds * 1e6)} µs`;
  if (magnitude < 999.5e-3) return `${threeDigits(seconds * 1e3)} ms`;
  if (magnitude < 99.95) return `${threeDigits(seconds)} s`;
  const sign = seconds < 0 ? "-" : "";
  const rounded = Math.round(magnitude);
  if (rounded < 3600) return sign + twoParts(rounded, 60, "min", "s", 1);
  if (rounded < 86400) return sign + twoParts(Math.round(rounded / 60), 60, "h", "min", 1);
  return sign + twoParts(Math.round(rounded / 3600), 24, "d", "h", 1);
}

function twoParts(value, base, large, small) {
  return `${Math.floor(value / base)} ${large} ${String(value % base).padStart(2, "0")} ${small}`;
}

/// A point in time since the job's start: "12.3 s", with as many digits as tell `step` apart.
export function timeText(seconds, step = 0.1) {
  if (!isNumber(seconds)) return kNothing;
  if (Math.abs(seconds) >= 600 && step >= 1) return durationText(seconds);
  const rounded = Math.abs(seconds) < step / 2 ? 0 : seconds;
  const digits = Math.max(0, Math.min(6, Math.ceil(-Math.log10(step) - 1e-9)));
  return `${rounded.toFixed(digits)} s`;
}

/// 0.1234 -> "12.3%"; small shares keep a digit.
export function shareText(share) {
  if (!isNumber(share)) return kNothing;
  const percent = share * 100;
  if (percent > 0 && percent < 0.1) return "<0.1%";
  return `${percent.toFixed(percent < 10 ? 1 : 0)}%`;
}

/// 1234567 -> "1,234,567"
export function countText(count) {
  return isNumber(count) ? kCounts.format(count) : kNothing;
}

/// (1, "task") -> "1 task"; (2, "task") -> "2 tasks"
export function plural(count, one, many = `${one}s`) {
  return `${countText(count)} ${count === 1 ? one : many}`;
}

/// Which thread: "rank 2, thread 1", with what is null left out.
export function placeText(entry) {
  const rank = entry.rank === null ? "" : `${entry.rank}`;
  return entry.thread === null || entry.thread === undefined ? rank || kNothing : `${rank}.${entry.thread}`;
}

/// A name that may be null or very long, cut in the middle for places where the whole would not fit.
export function shortText(name, most = 40) {
  const text = name === null || name === undefined ? kNothing : String(name);
  const half = Math.floor((most - 1) / 2);
  return text.length <= most ? text : `${text.slice(0, half)}…${text.slice(-half)}`;
}
