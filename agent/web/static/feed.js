// The agent's stream of server-sent events, watched for silence.  Knows nothing of the page.

const SILENCE_MS = 5_000; // two heartbeats, and a little
const RETRY_MS = [1_000, 2_000, 4_000, 5_000];
const KINDS = ["snapshot", "station", "counters", "heartbeat"];

export class Feed {
  /** take(kind, object) for every event; changed(state) with connecting, live or lost. */
  constructor(take, changed) {
    this.state = "connecting";
    this.heard = null; // performance.now() of the last sign of life
    this._take = take;
    this._changed = changed;
    this._tries = 0;
    this._source = null;
    this._retry = null;
  }

  open() {
    this._source?.close();
    this._opened = performance.now();
    const source = new EventSource("/api/events");
    this._source = source;
    for (const kind of KINDS) {
      source.addEventListener(kind, (event) => this._event(kind, event.data));
    }
    source.addEventListener("error", () => this._lose());
  }

  /** Called every second: silence is a loss too. */
  tick() {
    const since = this.heard === null ? this._opened : Math.max(this.heard, this._opened);
    if (this._retry === null && performance.now() - since > SILENCE_MS) this._lose();
  }

  _event(kind, data) {
    this.heard = performance.now();
    let value = null;
    try {
      value = data === "" ? {} : JSON.parse(data);
    } catch {
      return; // not ours; it was a sign of life all the same
    }
    this._tries = 0;
    if (kind !== "heartbeat") this._take(kind, value);
    if (kind === "snapshot" || this.state === "live") this._become("live");
  }

  _lose() {
    this._source?.close();
    this._become("lost");
    if (this._retry !== null) return;
    const wait = RETRY_MS[Math.min(this._tries, RETRY_MS.length - 1)];
    this._tries += 1;
    this._retry = setTimeout(() => {
      this._retry = null;
      this.open();
    }, wait);
  }

  _become(state) {
    if (this.state === state) return;
    this.state = state;
    this._changed(state);
  }
}
