// Everything around the chip, and the record of what it did: lines that changed, ticks, console.

import { Contactor } from "./contactor.mjs";
import { Meter } from "./meter.mjs";
import { Pilot } from "./pilot.mjs";
import { Protection } from "./protection.mjs";

const TICK_MICROS = 500; // every other interrupt is shorter

export class Station {
  // edges: [line, us, level].  said: [us, bytes].  ticks: [began, ended] in us.
  constructor() {
    this.edges = [];
    this.said = [];
    this.ticks = [];
    this.pilot = new Pilot();
    this.contactor = new Contactor((line, nanos, level) => {
      this.edges.push([line, nanos / 1000, level]);
      this.chip.poked = true;
    });
    this.meter = new Meter();
    this.protection = new Protection();
  }

  reset() {
    this.pilot.reset();
    this.contactor.reset();
    this.meter.reset();
    this.protection.reset();
  }

  wire(chip) {
    this.chip = chip;
    this.pilot.wire(chip);
    this.contactor.wire(chip);
    this.meter.wire(chip);
    this.protection.wire(chip);
    chip.usb.onData = (bytes) => {
      this.said.push([chip.micros, Buffer.from(bytes)]);
      chip.poked = true;
      this.onData?.(bytes);
    };
    this.watch(chip);
    chip.onReset = (why) => {
      if (why === "off") this.contactor.drop(chip.nanos);
    };
    chip.flash.hot = () => this.contactor.coil === 1;
  }

  // Ticks are told from outside: the interrupts that take long.
  watch(chip) {
    chip.onInterrupt = (began, ended) => {
      if (ended - began > TICK_MICROS) this.ticks.push([began, ended]);
    };
  }
}
