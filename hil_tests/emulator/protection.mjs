// The residual-current device, the socket's lock and the station's switches, on the chip's pins.
//
// A test current for ANSWER trips the device; it lets go RELEASE after the current has gone.  The
// lock's motor takes MOTOR; its contact is low while locked.

const TRIP_PIN = 14;
const TEST_PIN = 15;
const LOCK_PIN = 10;
const UNLOCK_PIN = 11;
const LOCKED_PIN = 12;
const ANSWER_NANOS = 120e6;
const RELEASE_NANOS = 200e6;
const MOTOR_NANOS = 150e6;

export class Protection {
  constructor() {
    this.reset();
  }

  // inputs: pin -> level from outside, through all lives of the chip.  rcd: ok, none, stuck.
  reset() {
    this.inputs = new Map();
    this.tripped = false;
    this.testTripped = false;
    this.rcd = "ok";
    this.answerNanos = ANSWER_NANOS;
    this.locked = false;
    this.jammed = false;
  }

  wire(chip) {
    this.chip = chip;
    const { clock, gpio } = chip.mcu;
    this.answers = clock.createAlarm(() => this.answer());
    this.releases = clock.createAlarm(() => this.release());
    this.motor = clock.createAlarm(() => this.turn());
    this.levels = { [TEST_PIN]: 0, [LOCK_PIN]: 0, [UNLOCK_PIN]: 0 };
    for (const pin of [TEST_PIN, LOCK_PIN, UNLOCK_PIN]) {
      gpio[pin].addListener((state) => this.edge(pin, state === 1 ? 1 : 0));
    }
    this.testTripped = false;
    this.show();
  }

  show() {
    if (!this.chip) return;
    for (const [pin, level] of this.inputs) this.chip.drive(pin, level);
    this.chip.drive(TRIP_PIN, this.tripped || this.testTripped);
    this.chip.drive(LOCKED_PIN, !this.locked);
  }

  edge(pin, level) {
    if (level === this.levels[pin]) return;
    this.levels[pin] = level;
    if (pin === TEST_PIN) this.test(level);
    else if (this.levels[LOCK_PIN] !== this.levels[UNLOCK_PIN]) this.motor.schedule(MOTOR_NANOS);
  }

  test(level) {
    if (level && this.rcd !== "none") this.answers.schedule(this.answerNanos);
    if (!level && this.testTripped) this.releases.schedule(RELEASE_NANOS);
  }

  answer() {
    this.testTripped = true;
    this.show();
    if (!this.levels[TEST_PIN]) this.releases.schedule(RELEASE_NANOS);
  }

  release() {
    if (this.rcd === "stuck" || this.levels[TEST_PIN]) return;
    this.testTripped = false;
    this.show();
  }

  turn() {
    if (this.jammed || this.levels[LOCK_PIN] === this.levels[UNLOCK_PIN]) return;
    this.locked = this.levels[LOCK_PIN] === 1;
    this.show();
  }

  // inputs: {pin: level}.  rcd with answer_ms.  lock: ok, jammed, loose (and out of its hold).
  change({ inputs = {}, tripped, rcd, answer_ms, lock }) {
    for (const [pin, level] of Object.entries(inputs)) this.inputs.set(Number(pin), level === 1);
    if (tripped !== undefined) this.tripped = tripped;
    if (rcd !== undefined) {
      this.rcd = rcd;
      this.answerNanos = answer_ms === undefined ? ANSWER_NANOS : answer_ms * 1e6;
    }
    if (lock !== undefined) this.jammed = lock === "jammed";
    if (lock === "loose") this.locked = false;
    this.show();
  }
}
