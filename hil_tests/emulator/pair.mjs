// Two chips and the wires of level L0 between them: the station, and the rig's own firmware.
//
//   node pair.mjs BOOTROM STATION-IMAGE RIG-IMAGE     one JSON object a line in, one out for each
//
// The station goes ahead for a slice of time, and what its pins did reaches the rig at the same
// instant; what the rig's pins did reaches the station with its next slice, up to 6 us late.

import { createInterface } from "node:readline";
import { Chip } from "./chip.mjs";
import { load, romWords } from "./load.mjs";
import { RigWires } from "./pair_wires.mjs";

const SLICE_NANOS = 4_000;
const LEAD_NANOS = 2_000; // no instruction of the rig takes longer, so it is never past an event

class Pair {
  constructor(rom, stationImage, rigImage) {
    this.events = []; // [ns, pin of the rig, level]
    this.wires = new RigWires((pin, level) => {
      this.events.push([this.station.nanos, pin, level]);
    });
    this.station = new Chip(rom, (chip) => this.wires.wireStation(chip));
    this.rig = new Chip(rom, (chip) => this.wires.wireRig(chip));
    this.wires.chips(this.station, this.rig);
    load(this.station.flash, stationImage);
    load(this.rig.flash, rigImage);
    this.said = { station: [], rig: [] };
    for (const name of ["station", "rig"]) {
      this[name].usb.onData = (bytes) => this.said[name].push(Buffer.from(bytes));
    }
  }

  slice(until) {
    const { rig } = this;
    this.station.run(until + LEAD_NANOS);
    for (const [nanos, pin, level] of this.events.splice(0)) {
      const alarm = rig.mcu.clock.createAlarm(() => rig.drive(pin, level));
      alarm.schedule(Math.max(0, nanos - rig.nanos));
    }
    rig.run(until);
  }

  // us: how long.  line: stop early when the rig has written the end of a line.
  do_run({ us, line }) {
    const until = this.rig.nanos + us * 1000;
    while (this.rig.nanos < until) {
      this.slice(Math.min(until, this.rig.nanos + SLICE_NANOS));
      if (line && this.said.rig.some((bytes) => bytes.includes(10))) break;
    }
  }

  do_rig_power({ on }) {
    if (on) this.rig.powerOn();
    else this.rig.powerOff();
  }

  do_send({ to, hex }) {
    this[to].usb.send(Buffer.from(hex, "hex"));
  }

  do_said({ by }) {
    return { hex: Buffer.concat(this.said[by].splice(0)).toString("hex") };
  }

  // name, value: what is broken of the wires between them (pair_wires.mjs).
  do_break({ name, value }) {
    this.wires.broken[name] = value;
  }

  do_state() {
    const { station } = this;
    return { station_on: station.on, resets: station.resets, nanos: station.nanos };
  }
}

const [romPath, stationImage, rigImage] = process.argv.slice(2);
const pair = new Pair(romWords(romPath), stationImage, rigImage);

for await (const line of createInterface({ input: process.stdin })) {
  let answer;
  try {
    const command = JSON.parse(line);
    answer = { now_us: pair.rig.micros, ...pair[`do_${command.do}`](command) };
    answer.now_us = pair.rig.micros;
  } catch (error) {
    answer = { error: String(error.message ?? error), where: error.stack };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
process.exit(0);
