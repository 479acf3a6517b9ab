// main.js: starts the page: makes the panels, and has each state that arrives drawn by all of them.
import {makeBusy} from "./busy.js";
import {makeComputations} from "./computations.js";
import {makeConfiguration} from "./configuration.js";
import {make} from "./dom.js";
import {makeDurations} from "./durations.js";
import {makeGraph} from "./graph.js";
import {drawSource, makeHead} from "./head.js";
import {makeLayers} from "./layers.js";
import {makeLog} from "./log.js";
import {makeMemory} from "./memory.js";
import {makeMoved} from "./moved.js";
import {makeNumbers} from "./numbers.js";
import {openSource} from "./source.js";
import {readState} from "./state.js";
import {makeStream} from "./stream.js";
import {makeLargest, makeSlowest} from "./tasks.js";
import {startTheme} from "./theme.js";
import {makeWaiting} from "./waiting.js";

function addLinks() {
  const links = document.getElementById("links");
  for (const section of document.querySelectorAll("main > section")) {
    links.append(make("li", {}, make("a", {href: `#${section.id}`}, section.dataset.link ?? section.dataset.title)));
  }
}

function start() {
  startTheme();
  addLinks();
  const durations = makeDurations();
  const panels = [
    makeHead(),
    makeNumbers(),
    makeLayers(durations.choose),
    makeStream(),
    makeMemory(),
    makeBusy(),
    makeMoved(),
    makeGraph(),
    durations.update,
    makeSlowest(),
    makeLargest(),
    makeWaiting(),
    makeComputations(),
    makeLog(),
    makeConfiguration(),
  ];
  let drawn = 0;
  openSource((raw, live) => {
    const state = readState(raw);
    for (const draw of panels) draw(state, live);
    document.documentElement.dataset.drawn = ++drawn;
  }, drawSource);
}

start();
