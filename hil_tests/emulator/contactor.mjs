// The enable's charge pump, the coil behind it, the contacts and the mirror contact.
//
// Only a pin that goes on toggling holds the coil: it is energised from the second rising edge on, and
// let go when there has been no edge for three periods of the dead-man's square wave.

const STILL_NANOS = 100_000;
const CLOSE_NANOS = 20e6;
const OPEN_NANOS = 15e6;

// tell(line, nanos, level): "coil" 1 energised, "contact" 1 closed.
export class Contactor {
  constructor(tell, enablePin = 3, mirrorPin = 4) {
    this.tell = tell;
    this.enablePin = enablePin;
    this.mirrorPin = mirrorPin;
    this.coil = 0;
    this.contact = 0;
    this.reset();
  }

  reset() {
    this.welded = false;
    this.stuckOpen = false;
    this.mirrorStuck = null;
  }

  wire(chip) {
    this.chip = chip;
    this.lastEdge = -1e9;
    this.lastRise = -1e9;
    const { clock, gpio } = chip.mcu;
    this.still = clock.createAlarm(() => this.look());
    this.moves = clock.createAlarm(() => this.move(this.coil));
    gpio[this.enablePin].addListener((state) => this.edge(state === 1));
    if (this.coil) this.release(chip.nanos); // the chip's reset let the pin go
    else if (this.contact !== this.coil) this.moves.schedule(OPEN_NANOS);
    this.mirror();
  }

  edge(high) {
    const now = this.chip.nanos;
    this.lastEdge = now;
    if (!high) return;
    const alive = now - this.lastRise < STILL_NANOS;
    this.lastRise = now;
    if (alive && !this.coil) {
      this.coil = 1;
      this.tell("coil", now, 1);
      this.moves.schedule(CLOSE_NANOS);
      this.still.schedule(STILL_NANOS);
    }
  }

  look() {
    const still = this.chip.nanos - this.lastEdge;
    if (still >= STILL_NANOS) this.release(this.lastEdge);
    else this.still.schedule(STILL_NANOS - still);
  }

  release(when) {
    this.coil = 0;
    this.tell("coil", when, 0);
    this.moves.schedule(OPEN_NANOS);
  }

  move(level) {
    if (level ? this.stuckOpen : this.welded) return;
    if (level === this.contact) return;
    this.contact = level;
    this.tell("contact", this.chip.nanos, level);
    this.mirror();
  }

  // The chip has lost its supply, and with it the clock of the contacts.
  drop(when) {
    if (!this.coil) return;
    this.coil = 0;
    this.tell("coil", when, 0);
    if (this.welded) return;
    this.contact = 0;
    this.tell("contact", when + OPEN_NANOS, 0);
  }

  // The mirror contact pulls its pin low while the main contacts are closed.
  mirror() {
    const closed = this.mirrorStuck === null ? this.contact : this.mirrorStuck;
    this.chip.drive(this.mirrorPin, !closed);
  }
}
