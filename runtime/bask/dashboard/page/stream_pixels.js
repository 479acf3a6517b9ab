// stream_pixels.js: the lanes of the task stream as pixels: each bin is a stack of its activities, tasks at the bottom, waits on
// top, and what is missing to 1 is left as ground. Lanes too flat for a stack show the activities of a bin side by side.
// Cost: each pixel is written once, and each bin that is seen is sorted once; 512 lanes of 256 bins take some milliseconds.
const kMostActivities = 8; // of one bin
const kFlat = 5; // pixels: flatter lanes are not stacked
const kKindOrder = {task: 0, journal: 1, plan: 1, transfer: 2, spill: 2, "read back": 2, wait: 3};

/// The order of activities in a stack, by activity.
export function stackOrder({activities, kinds}) {
  return Int32Array.from(activities, (_, index) => (kKindOrder[kinds[index]] ?? 1) * 1e6 + index);
}

/// Paints the lanes. `picture`: {pixels, width, height, shift} of the image; `shift`: 1 where pixels are half as large as usual.
/// `view`: {lanes, top(index), bottom(index) in pixels, from, to in seconds, binWidth, tiles by activity, order by activity,
/// ground}.
export function paintLanes(picture, view) {
  picture.pixels.fill(view.ground);
  const columns = columnsOf(picture.width, view);
  const stack = {activities: new Int32Array(kMostActivities), ends: new Float64Array(kMostActivities), size: 0};
  for (let index = 0; index < view.lanes.length; ++index) {
    const top = Math.max(0, view.top(index));
    const bottom = Math.min(picture.height, view.bottom(index));
    if (bottom <= top) continue;
    for (const column of columns) {
      if (!fillStack(stack, view.lanes[index].bins[column.bin], view)) continue;
      if (bottom - top < kFlat) paintFlat(picture, view, stack, column, top, bottom);
      else paintStack(picture, view, stack, column, top, bottom);
    }
  }
}

// The columns of pixels, by the bin that they show: [{bin, start, end}].
function columnsOf(width, {from, to, binWidth}) {
  const columns = [];
  const perPixel = (to - from) / width;
  for (let x = 0; x < width; ++x) {
    const bin = Math.floor((from + (x + 0.5) * perPixel) / binWidth);
    const last = columns[columns.length - 1];
    if (last !== undefined && last.bin === bin) last.end = x + 1;
    else columns.push({bin, start: x, end: x + 1});
  }
  return columns;
}

// Sorts a bin's activities into a stack of where each ends, from 0 to 1. Whether there are any.
function fillStack(stack, pairs, {order, tiles}) {
  stack.size = 0;
  if (!Array.isArray(pairs)) return false;
  const {activities, ends} = stack;
  for (let index = 0; index + 1 < pairs.length && stack.size < kMostActivities; index += 2) {
    const activity = pairs[index];
    const share = pairs[index + 1];
    if (tiles[activity] === undefined || !(share > 0)) continue;
    let place = stack.size++;
    for (; place > 0 && order[activities[place - 1]] > order[activity]; --place) {
      activities[place] = activities[place - 1];
      ends[place] = ends[place - 1];
    }
    activities[place] = activity;
    ends[place] = share;
  }
  for (let place = 1; place < stack.size; ++place) ends[place] += ends[place - 1];
  return stack.size > 0;
}

function paintStack(picture, {tiles}, stack, column, top, bottom) {
  const height = bottom - top;
  let below = bottom;
  for (let place = 0; place < stack.size && below > top; ++place) {
    const above = Math.max(top, bottom - Math.round(stack.ends[place] * height));
    fillBox(picture, tiles[stack.activities[place]], column.start, column.end, above, below);
    below = above;
  }
}

// Side by side; where a bin has less than three columns, its largest activity.
function paintFlat(picture, {tiles}, stack, {start, end}, top, bottom) {
  if (end - start < 3) {
    const largest = largestOf(stack);
    if (largest >= 0) fillBox(picture, tiles[largest], start, end, top, bottom);
    return;
  }
  let left = start;
  for (let place = 0; place < stack.size && left < end; ++place) {
    const right = Math.min(end, start + Math.round(stack.ends[place] * (end - start)));
    fillBox(picture, tiles[stack.activities[place]], left, right, top, bottom);
    left = right;
  }
}

function fillBox({pixels, width, shift}, tile, left, right, top, bottom) {
  for (let y = top; y < bottom; ++y) {
    const row = ((y >> shift) & 3) << 2;
    for (let at = y * width + left, x = left; x < right; ++x, ++at) pixels[at] = tile[row | ((x >> shift) & 3)];
  }
}

function largestOf(stack) {
  let most = 1 - stack.ends[stack.size - 1];
  let largest = -1;
  for (let place = 0; place < stack.size; ++place) {
    const share = stack.ends[place] - (place > 0 ? stack.ends[place - 1] : 0);
    if (share > most) {
      most = share;
      largest = stack.activities[place];
    }
  }
  return largest;
}
