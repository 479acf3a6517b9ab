// stream.js: the task stream: a lane for each thread, time to the right, and of each bin what the thread did in it.
// Keys, while the stream has the focus: arrows move a cursor, + and - zoom, Shift with arrows moves the picture, 0 shows all,
// Escape takes the cursor away. The wheel zooms while the stream has the focus, and everywhere with Ctrl; else it scrolls.
import {endOfTime} from "./axes.js";
import {eachChild, make, makeButton, makeSelect, setAttribute, setOptions, setStyle, setText} from "./dom.js";
import {activityLook, activityText, makeSwatch, paintSwatch, tileOf} from "./palette.js";
import {Panel, onResize} from "./panel.js";
import {StreamCanvas} from "./stream_canvas.js";
import {StreamControl} from "./stream_control.js";
import {durationText, kNothing, plural, shareText, shortText, timeText} from "./text.js";
import {onTheme} from "./theme.js";
import {TimeWindow} from "./time_window.js";
import {hideTooltip, showTooltip} from "./tooltip.js";

const kHint = "Arrows move the cursor, + and − zoom, Shift+arrows pan, 0 shows all; click, then use the wheel.";

export function makeStream() {
  return new Stream().update;
}

class Stream {
  constructor() {
    this.panel = new Panel("stream");
    this.window = new TimeWindow();
    this.state = null;
    this.cursor = null; // {lane, time}, by keys
    this.makeTools();
    this.host = this.panel.focusable("stream-host", "task stream", "stream-summary stream-hint");
    this.canvas = new StreamCanvas(this.host);
    this.told = this.panel.body.appendChild(make("p", {class: "unseen", "aria-live": "polite"}));
    this.legend = this.panel.scroll("Activities in the task stream", "legend-scroll").appendChild(make("ul", {class: "legend"}));
    this.panel.body.append(make("p", {class: "hint", id: "stream-hint"}, kHint));
    this.table = this.panel.alternative(laneColumns());
    this.draw = this.draw.bind(this);
    this.update = this.update.bind(this);
    new StreamControl(this, this.host);
    onResize(this.host, this.draw);
    onTheme(this.draw);
  }

  makeTools() {
    const {tools} = this.panel;
    this.rank = makeSelect("Lanes", [{value: "", text: "of all ranks"}], () => this.draw());
    const middle = () => d3.mean(this.window.domain());
    tools.append(
      this.rank.label,
      makeButton("−", "Zoom out", () => this.zoom(2, middle())),
      makeButton("+", "Zoom in", () => this.zoom(0.5, middle())),
      makeButton("◂", "Earlier", () => this.pan(-0.25)),
      makeButton("▸", "Later", () => this.pan(0.25)),
      makeButton("All", "Show all of the time", () => this.zoom(Infinity, 0)),
    );
  }

  update(state) {
    this.state = state;
    const {timeline} = state;
    this.window.extend(endOfTime(state), timeline.width);
    const ranks = [...new Set(timeline.lanes.map((lane) => lane.rank))];
    setOptions(this.rank.select, [
      {value: "", text: "of all ranks"},
      ...ranks.map((rank) => ({value: rank, text: `of rank ${rank}`})),
    ]);
    this.now = new Map(state.now.map((entry) => [`${entry.rank} ${entry.thread}`, entry]));
    this.draw();
    this.table.update(() => laneRows(timeline));
  }

  zoom(factor, at) {
    this.window.zoom(factor, at);
    this.draw();
  }

  pan(share) {
    const [from, to] = this.window.domain();
    this.window.pan(share * (to - from));
    this.draw();
  }

  draw() {
    if (this.state === null) return;
    const {timeline} = this.state;
    const {value} = this.rank.select;
    const lanes = value === "" ? timeline.lanes : timeline.lanes.filter((lane) => String(lane.rank) === value);
    setStyle(this.host, "min-height", `${Math.max(110, Math.min(lanes.length * 17, 540)) + 24}px`);
    const domain = this.window.domain();
    this.canvas.layOut(lanes, this.now.size > 0);
    const looks = timeline.activities.map((name, index) => activityLook(name, timeline.kinds[index]));
    this.canvas.paint(timeline, looks.map(tileOf), domain);
    this.canvas.drawAxis(domain);
    this.canvas.drawNames();
    this.canvas.drawNow((lane) => this.nowText(lane));
    this.canvas.drawTasks(this.tasksOf(lanes), domain, timeline.width);
    this.drawCursor();
    this.drawLegend(looks);
    this.panel.tell(summaryOf(timeline, lanes, domain, this.window.isWhole));
  }

  nowText(lane) {
    const entry = lane.thread === null ? undefined : this.now.get(`${lane.rank} ${lane.thread}`);
    if (entry === undefined || entry.activity === null) return "";
    const {activities, kinds} = this.state.timeline;
    return activities[entry.activity] === undefined ? "" : activityText(activities[entry.activity], kinds[entry.activity]);
  }

  /// The tasks whose times are known, with the number of their lane.
  tasksOf(lanes) {
    if (this.window.isWhole) return [];
    const laneOf = new Map(lanes.map((lane, index) => [`${lane.rank} ${lane.thread}`, index]));
    const known = new Map(
      [...this.state.sample, ...this.state.newest].map((task) => [`${task.layer} ${task.task} ${task.began}`, task]),
    );
    return [...known.values()]
      .map((task) => ({...task, lane: laneOf.get(`${task.rank} ${task.thread}`), failed: task.state === "failed"}))
      .filter((task) => task.lane !== undefined && task.began !== null && task.seconds !== null);
  }

  drawLegend(looks) {
    const {activities, kinds} = this.state.timeline;
    const entries = looks.map((look, index) => ({look, text: activityText(activities[index], kinds[index])}));
    entries.push({look: null, text: "the runtime, or outside of computations"});
    eachChild(
      this.legend,
      entries.length > 1 ? entries : [],
      () => make("li", {}, makeSwatch(), make("span")),
      (item, entry) => {
        paintSwatch(item.children[0], entry.look);
        setText(item.children[1], entry.text);
        setAttribute(item, "title", entry.text);
      },
    );
  }

  /// Puts the cursor somewhere, or takes it away (null), and tells what is there.
  moveCursor(cursor) {
    this.cursor = cursor;
    if (cursor !== null) this.window.reveal(cursor.time);
    this.draw();
    const place = this.drawCursor();
    if (place === null) return hideTooltip();
    const lines = this.linesAt(cursor);
    showTooltip(place.x, place.y, lines);
    setText(this.told, lines.map((line) => line.text ?? line).join(", "));
  }

  drawCursor() {
    return this.canvas.drawCursor(this.cursor, this.window.domain());
  }

  /// What is told of a place: the lane, the time of the bin, its shares, and the task that is known to have run then.
  linesAt({lane: index, time}) {
    const {timeline} = this.state;
    const {width, activities, kinds} = timeline;
    const lane = this.canvas.lanes[index];
    const bin = Math.floor(time / width);
    const lines = [`${laneText(lane)}, ${timeText(bin * width, width / 10)} to ${timeText((bin + 1) * width, width / 10)}`];
    let rest = 1;
    for (const {activity, share} of pairsOf(lane.bins[bin])) {
      if (activities[activity] === undefined) continue;
      rest -= share;
      lines.push({
        look: activityLook(activities[activity], kinds[activity]),
        text: `${shareText(share)} ${shortText(activityText(activities[activity], kinds[activity]), 70)}`,
      });
    }
    if (rest > 0.005) lines.push({look: null, text: `${shareText(rest)} the runtime, or outside`});
    const task = this.tasksOf(this.canvas.lanes).find(
      (known) => known.lane === index && known.began <= time && time < known.began + known.seconds,
    );
    if (task)
      lines.push(
        `task ${task.task} of ${shortText(task.layer, 60)}: ${durationText(task.seconds)}${task.failed ? ", failed" : ""}`,
      );
    return lines;
  }
}

function laneText(lane) {
  return lane.thread === null
    ? `Lane ${shortText(lane.name, 60)} of rank ${lane.rank}`
    : `Rank ${lane.rank}, thread ${lane.thread}`;
}

function pairsOf(bin) {
  if (!Array.isArray(bin)) return [];
  return d3.range(0, bin.length - 1, 2).map((index) => ({activity: bin[index], share: Number(bin[index + 1]) || 0}));
}

function summaryOf({bins, width}, lanes, [from, to], whole) {
  if (lanes.length === 0 || bins === 0) return "No thread has done anything yet.";
  const time = whole ? "all of the time" : `${timeText(from, width)} to ${timeText(to, width)}`;
  return `${plural(lanes.length, "lane")}, ${time}, in bins of ${durationText(width)}.`;
}

function laneColumns() {
  return [
    {title: "Lane", text: (row) => row.name},
    {title: "In tasks", number: true, text: (row) => shareText(row.tasks)},
    {title: "Waiting", number: true, text: (row) => shareText(row.waits)},
    {title: "Largest activity", class: "name", text: (row) => row.largest},
  ];
}

// Of each lane, shares of all bins so far.
function laneRows({lanes, activities, kinds, bins}) {
  return lanes.map((lane) => {
    const sums = new Map();
    for (const bin of lane.bins) {
      for (const {activity, share} of pairsOf(bin)) sums.set(activity, (sums.get(activity) ?? 0) + share / Math.max(1, bins));
    }
    const entries = [...sums].sort((a, b) => b[1] - a[1]).filter(([activity]) => activities[activity] !== undefined);
    const of = (kind) => d3.sum(entries, ([activity, share]) => (kinds[activity] === kind ? share : 0));
    const largest =
      entries.length === 0
        ? kNothing
        : `${activityText(activities[entries[0][0]], kinds[entries[0][0]])} (${shareText(entries[0][1])})`;
    return {name: lane.name, tasks: of("task"), waits: of("wait"), largest};
  });
}
