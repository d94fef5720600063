// The bench's commands: {"do": name, ...}.  Every answer has now_us; a refusal has error.

import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";

const SLICE_NANOS = 1e6; // between looks at the socket while somebody is served

export class Commands {
  constructor(chip, station) {
    this.chip = chip;
    this.station = station;
    this.later = []; // [ns, command], in order
    this.server = null;
    this.serving = false;
  }

  async take(command) {
    if (!(`do_${command.do}` in this)) throw new Error(`no command ${command.do}`);
    if (command.at_us !== undefined) {
      this.later.push([command.at_us * 1000, { ...command, at_us: undefined }]);
      this.later.sort((one, other) => one[0] - other[0]);
      return { now_us: this.chip.micros };
    }
    const answer = (await this[`do_${command.do}`](command)) ?? {};
    return { now_us: this.chip.micros, ...answer };
  }

  // us: how long.  line, level: stop early when the line has that level.  said: stop early when the
  // chip has written this text since the last "said".
  do_run({ us, line, level, said }) {
    const until = this.chip.nanos + us * 1000;
    const { contactor } = this.station;
    let stop = null;
    if (line) stop = () => contactor[line] === level;
    if (said) stop = () => this.text().includes(said);
    while (this.chip.nanos < until && !stop?.()) {
      const next = this.later.length ? Math.min(this.later[0][0], until) : until;
      this.chip.run(next, stop);
      if (stop?.()) break;
      while (this.later.length && this.later[0][0] <= this.chip.nanos) {
        const [, command] = this.later.shift();
        this[`do_${command.do}`](command);
      }
    }
    return { stopped: stop?.() ?? false };
  }

  text() {
    const { said } = this.station;
    if (this.textOf !== said.length) {
      this.textOf = said.length;
      this.textIs = Buffer.concat(said.map(([, bytes]) => bytes)).toString("latin1");
    }
    return this.textIs;
  }

  do_power({ on }) {
    if (on) this.chip.powerOn();
    else this.chip.powerOff();
  }

  // The RUN pin was low and goes high; power(off) comes before.
  do_reset() {
    this.chip.begin("reset", null);
  }

  // All faults mended, nothing plugged in.
  do_mend() {
    this.station.reset();
    this.chip.usb.attached = true;
    this.chip.usb.read(true);
  }

  // state: a letter; or ohm; high_mv: a peak whatever hangs there; diode; short; noise_mv.  heat:
  // degrees at the thermistor, or open, short.
  do_pilot({ state, ohm, high_mv, diode, short, noise_mv, proximity_ohm, heat }) {
    const { pilot } = this.station;
    if (this.chip.on) pilot.before = pilot.now();
    if (this.chip.on) pilot.changed = this.chip.nanos;
    if (state !== undefined) pilot.show(state);
    if (ohm !== undefined) pilot.ohm = ohm;
    if (high_mv !== undefined) pilot.highVolts = high_mv === null ? null : high_mv / 1000;
    if (diode !== undefined) pilot.diode = diode;
    if (short !== undefined) pilot.short = short;
    if (noise_mv !== undefined) pilot.noiseVolts = noise_mv / 1000;
    if (heat !== undefined) pilot.heat = heat;
    if (proximity_ohm !== undefined) pilot.proximityOhm = proximity_ohm;
  }

  do_contactor({ welded, stuck_open, mirror }) {
    const { contactor } = this.station;
    if (welded !== undefined) contactor.welded = welded;
    if (stuck_open !== undefined) contactor.stuckOpen = stuck_open;
    if (mirror !== undefined) contactor.mirrorStuck = mirror;
    if (!contactor.welded && contactor.contact && !contactor.coil) contactor.move(0);
    if (this.chip.on) contactor.mirror();
  }

  do_meter(change) {
    const { meter } = this.station;
    for (const name of ["fault", "volts", "amps", "hertz", "importKwh", "model"]) {
      if (change[name] !== undefined) meter[name] = change[name];
    }
    return { asked: meter.asked };
  }

  // hex: bytes for the USB port.
  do_send({ hex }) {
    this.chip.usb.send(Buffer.from(hex, "hex"));
  }

  // attached: a computer at the next power-up.  reading: a program takes what comes.  open: DTR.
  do_usb({ attached, reading, open }) {
    const { usb } = this.chip;
    if (attached !== undefined) usb.attached = attached;
    if (reading !== undefined) usb.read(reading);
    if (open !== undefined) usb.open(open);
    return { up: usb.up, wanted: usb.wanted, queued: usb.queue.length };
  }

  // What changed since the last asking.
  do_edges() {
    return { edges: this.station.edges.splice(0) };
  }

  do_said() {
    const said = this.station.said.splice(0).map(([us, bytes]) => [us, bytes.toString("hex")]);
    this.textOf = -1;
    return { said };
  }

  do_ticks() {
    return { ticks: this.station.ticks.splice(0) };
  }

  do_pwm({ periods = 20 }) {
    const { pilot } = this.station;
    return { level: pilot.level, changed_us: pilot.changed / 1000, periods: pilot.periods(periods) };
  }

  do_state() {
    const { chip, station } = this;
    return {
      on: chip.on,
      coil: station.contactor.coil,
      contact: station.contactor.contact,
      resets: chip.resets,
      usb_up: chip.usb.up,
      asleep_us: chip.asleepNanos / 1000,
      cache_misses: chip.on ? chip.cache.misses : 0,
      uart: chip.on ? chip.mcu.uart[1].counts : {},
      pins: chip.on ? chip.mcu.gpio.map((pin) => [pin.value, pin.inputValue ? 1 : 0]) : [],
    };
  }

  // Begins to watch the stack, and tells what it has seen so far.
  do_stack() {
    const seen = this.chip.stack;
    this.chip.watchStack();
    return { stack: seen };
  }

  // The processor stands still: "program" lets interrupts work, "all" does not, "timer" loses the
  // timer's interrupts.
  do_stall({ what }) {
    const { core } = this.chip.mcu;
    if (what === "timer") core.enabledInterrupts &= ~0xf;
    else this.chip.stall(what);
  }

  do_protection(change) {
    this.station.protection.change(change);
  }

  // Level on a pin from outside, until the chip starts anew.
  do_pin({ pin, level }) {
    this.chip.drive(pin, level === 1);
  }

  // load, save: file of the flash's bytes; load with the chip off.  cut_in: lose the supply in the operation after so many others,
  // permille into it.  erase_us, program_us: how long it takes.
  do_flash({ load, save, cut_in, permille = 500, erase_us, program_us }) {
    const { flash } = this.chip;
    if (load) flash.bytes.set(readFileSync(load));
    if (save) writeFileSync(save, flash.bytes);
    if (cut_in !== undefined) flash.cut(cut_in, permille);
    if (erase_us !== undefined) flash.eraseMicros = erase_us;
    if (program_us !== undefined) flash.programMicros = program_us;
    const operations = flash.operations.splice(0);
    return { operations: operations.map(([kind, at, ns, hot]) => [kind, at, ns / 1000, hot]) };
  }

  // Lets time run, as fast as it goes, for whoever connects to the port: mpremote's socket://.
  async do_serve({ port = 0 }) {
    const server = createServer((socket) => this.join(socket));
    await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
    this.server = server;
    this.serving = true;
    setImmediate(() => this.slice());
    return { port: server.address().port };
  }

  join(socket) {
    const { usb } = this.chip;
    socket.setNoDelay(true);
    socket.on("data", (bytes) => usb.send(bytes));
    socket.on("error", () => socket.destroy());
    this.station.onData = (bytes) => socket.write(Buffer.from(bytes));
  }

  slice() {
    if (!this.serving) return;
    this.chip.run(this.chip.nanos + SLICE_NANOS);
    setImmediate(() => this.slice());
  }

  do_hold() {
    this.serving = false;
    this.server?.close();
    this.server = null;
    this.station.onData = null;
  }
}
