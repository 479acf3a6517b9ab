// palette.js: how an activity looks: a color and a texture, of which there is one for each kind of waiting, transfer and disk,
// so that color never tells alone. The colors of layers have a contrast of 3 on light and on dark ground.
// Invariants: (1) a layer keeps its color while the page lives, and has the same one in each page that meets the same layers in
// the same order; (2) what waits has the color of the number (numbers.js) that it counts for.
import {make} from "./dom.js";
import {themeColor} from "./theme.js";

const kLayerColors = [
  "#4573c0",
  "#d27a44",
  "#478638",
  "#9558a3",
  "#01858a",
  "#ce709f",
  "#976b03",
  "#10a1d4",
  "#b45054",
  "#9384dd",
  "#999a2a",
  "#0bad87",
];
const kLayerTextures = ["plain", "specks", "threads"]; // for the second and the third layer of one color
const kMostLayers = 4096;

const kNumberOfWait = {
  input: "data",
  data: "data",
  memory: "spilling",
  resource: "parallelism",
  "nothing ready": "parallelism",
  "nothing left": "imbalance",
};
const kTextureOfWait = {input: "thin", resource: "thin"};
const kLookOfKind = {
  transfer: {color: "data", texture: "upright"},
  spill: {color: "spilling", texture: "level"},
  "read back": {color: "spilling", texture: "falling"},
  journal: {color: "runtime", texture: "dots"},
  plan: {color: "runtime", texture: "grid"},
};

// Whether the pixel (x, y) of a tile of 4 × 4 has the look's color; `specks` and `threads` are dark on it.
const kTextures = {
  plain: () => true,
  specks: (x, y) => !((x & 3) === 1 && (y & 3) === 1),
  threads: (x, y) => (y & 3) !== 1,
  thin: (x, y) => ((x + y) & 3) === 0,
  thick: (x, y) => ((x + y) & 3) < 2,
  falling: (x, y) => ((x - y) & 3) < 2,
  upright: (x) => (x & 3) < 2,
  level: (x, y) => (y & 3) < 2,
  dots: (x, y) => (x & 3) < 2 && (y & 3) < 2,
  grid: (x, y) => (x & 3) === 0 || (y & 3) === 0,
};

const slots = new Map(); // of layers, by name
const taken = new Set();

function hashOf(name) {
  let hash = 2166136261;
  for (let index = 0; index < name.length; ++index) hash = Math.imul(hash ^ name.charCodeAt(index), 16777619) >>> 0;
  return hash;
}

// The slot that the name's hash prefers, or the next one that is free, first in plain color, then with textures.
function slotOf(name) {
  if (slots.has(name)) return slots.get(name);
  if (slots.size >= kMostLayers) {
    slots.clear();
    taken.clear();
  }
  const colors = kLayerColors.length;
  const preferred = hashOf(name) % colors;
  let slot = preferred;
  for (let round = 0; taken.has(slot); ++round) slot = Math.floor(round / colors) * colors + ((preferred + round) % colors);
  taken.add(slot);
  slots.set(name, slot);
  return slot;
}

export function layerLook(name) {
  const slot = slotOf(name);
  const texture = kLayerTextures[Math.floor(slot / kLayerColors.length) % kLayerTextures.length];
  return {color: kLayerColors[slot % kLayerColors.length], texture};
}

export function activityLook(name, kind) {
  if (kind === "task") return layerLook(name);
  if (kind === "wait") {
    return {color: themeColor(kNumberOfWait[name] || "parallelism"), texture: kTextureOfWait[name] || "thick"};
  }
  const look = kLookOfKind[kind] || {color: "runtime", texture: "dots"};
  return {color: themeColor(look.color), texture: look.texture};
}

/// What an activity is called beside those of other kinds.
export function activityText(name, kind) {
  if (kind === "task") return name;
  return kind === "wait" ? `waits: ${name}` : kind;
}

function channels(color) {
  const value = parseInt(color.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/// "#rrggbb" as a pixel of a canvas's image (bytes red, green, blue, alpha; the machine is little-endian).
export function pixelOf(color) {
  const [red, green, blue] = channels(color);
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

/// Between two colors.
export function mixed(from, to, share) {
  const start = channels(from);
  const parts = channels(to).map((end, index) => Math.round(start[index] + (end - start[index]) * share));
  return `#${parts.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}

/// The 16 pixels of the look's tile, row by row; `(y & 3) * 4 + (x & 3)` is that of (x, y).
export function tileOf(look) {
  const onColor = look.texture === "specks" || look.texture === "threads";
  const ground = pixelOf(onColor ? mixed(look.color, "#000000", 0.55) : themeColor("ground"));
  const color = pixelOf(look.color);
  const tile = new Uint32Array(16);
  for (let index = 0; index < 16; ++index) tile[index] = kTextures[look.texture](index & 3, index >> 2) ? color : ground;
  return tile;
}

/// A small picture of a look, for legends and tables.
export function makeSwatch() {
  return make("canvas", {class: "swatch", width: 12, height: 12, "aria-hidden": "true"});
}

export function paintSwatch(canvas, look) {
  const key = `${look === null ? "none" : `${look.color} ${look.texture}`} ${themeColor("ground")}`;
  if (canvas.dataset.look === key) return;
  canvas.dataset.look = key;
  const context = canvas.getContext("2d");
  const image = context.createImageData(12, 12);
  const pixels = new Uint32Array(image.data.buffer);
  const tile = look === null ? new Uint32Array(16).fill(pixelOf(themeColor("ground"))) : tileOf(look);
  for (let index = 0; index < 144; ++index) pixels[index] = tile[(Math.floor(index / 12) & 3) * 4 + ((index % 12) & 3)];
  context.putImageData(image, 0, 0);
}
