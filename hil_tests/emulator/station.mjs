// Everything around the chip, and the record of what it did: lines that changed, ticks, console.

import { Contactor } from "./contactor.mjs";
import { Meter } from "./meter.mjs";
import { Pilot } from "./pilot.mjs";

const BURST_NANOS = 2e6; // a longer pause between two samples of the pilot is one between ticks
const WATCHDOG_LOAD = 0x04;

export class Station {
  // edges: [line, us, level].  said: [us, bytes].  ticks: {starts, ends} in us.
  constructor() {
    this.edges = [];
    this.said = [];
    this.ticks = { starts: [], ends: [] };
    this.pilot = new Pilot();
    this.contactor = new Contactor((line, nanos, level) => this.edges.push([line, nanos / 1000, level]));
    this.meter = new Meter();
  }

  reset() {
    this.pilot.reset();
    this.contactor.reset();
    this.meter.reset();
  }

  wire(chip) {
    this.pilot.wire(chip);
    this.contactor.wire(chip);
    this.meter.wire(chip);
    chip.usb.onData = (bytes) => {
      this.said.push([chip.micros, Buffer.from(bytes)]);
      this.onData?.(bytes);
    };
    this.watch(chip);
  }

  // Ticks are told from outside: the first sample of a burst begins one, feeding the watchdog ends it.
  watch(chip) {
    const { adc } = chip.mcu;
    const convert = adc.onADCRead;
    let last = -1e12;
    adc.onADCRead = (channel) => {
      const now = chip.nanos;
      if (channel === this.pilot.channel) {
        if (now - last > BURST_NANOS) this.ticks.starts.push(now / 1000);
        last = now;
      }
      convert(channel);
    };
    const dog = chip.mcu.peripherals[0x40058];
    const write = dog.writeUint32.bind(dog);
    dog.writeUint32 = (offset, value) => {
      if (offset === WATCHDOG_LOAD) this.ticks.ends.push(chip.micros);
      write(offset, value);
    };
  }
}
