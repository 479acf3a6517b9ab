// source.js: where states come from: the one in the page, if there is one, else the events of the server of this page.
// Invariants: (1) while the page is hidden only the newest state is kept, and drawn when it is seen again;
//             (2) a connection that is lost is opened again, by the browser or, when that gives up, here.
const kFirstPause = 1000; // milliseconds before the browser's place is taken
const kLongestPause = 15000;
const kQuietIntervals = 5; // without a state, after which the page says so

/// Calls `arrived(raw, live)` with each state and `told(kind, text)` with news of the connection.
export function openSource(arrived, told) {
  const embedded = document.getElementById("state").textContent.trim();
  if (embedded !== "" && embedded !== "null") {
    told("report", "Report");
    arrived(JSON.parse(embedded), false);
  } else if (location.protocol === "file:") {
    told("lost", "This file holds no state");
  } else {
    new LiveSource(arrived, told).open();
  }
}

class LiveSource {
  constructor(arrived, told) {
    this.arrived = arrived;
    this.told = told;
    this.pause = kFirstPause;
    this.last = null; // the time of the newest state, in the job's seconds
    this.waiting = null; // the newest state, while the page is hidden
    this.ended = false;
    this.interval = 1;
    document.addEventListener("visibilitychange", () => this.draw());
  }

  open() {
    this.told("connecting", this.last === null ? "Connecting" : this.lostText());
    this.events = new EventSource("events" + location.search);
    this.events.addEventListener("open", () => {
      this.pause = kFirstPause;
    });
    this.events.addEventListener("message", (event) => this.take(event.data));
    this.events.addEventListener("error", () => this.lost());
  }

  take(data) {
    let raw;
    try {
      raw = JSON.parse(data);
    } catch (error) {
      this.told("lost", `A state arrived that cannot be read: ${error.message}`);
      return;
    }
    this.waiting = raw;
    this.last = raw?.job?.now ?? null;
    this.interval = raw?.interval || 1;
    this.ended = (raw?.job?.ended ?? null) !== null;
    clearTimeout(this.silence);
    if (this.ended) {
      this.events.close();
      this.told("ended", "The job has ended");
    } else {
      this.told("live", "Live");
      this.silence = setTimeout(() => this.told("lost", `No news, ${this.lostText()}`), this.interval * kQuietIntervals * 1000);
    }
    this.draw();
  }

  draw() {
    if (document.hidden || this.waiting === null) return;
    const raw = this.waiting;
    this.waiting = null;
    this.arrived(raw, true);
  }

  lost() {
    if (this.ended) return;
    clearTimeout(this.silence);
    this.told("lost", `Connection lost, ${this.lostText()}`);
    if (this.events.readyState !== EventSource.CLOSED) return;
    setTimeout(() => this.open(), this.pause);
    this.pause = Math.min(2 * this.pause, kLongestPause);
  }

  lostText() {
    return this.last === null ? "no state has arrived" : `last state at ${Number(this.last).toFixed(1)} s`;
  }
}
