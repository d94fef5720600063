// An RP2040 as firmware finds it: the stock emulator with this folder's mends, a board's flash, and a
// clock that stands still unless run() is called.

import { ConsoleLogger, LogLevel, RP2040 } from "./package.mjs";
import { NorFlash, QspiPins, Ssi } from "./flash.mjs";
import { quickMemory } from "./memory.mjs";
import { clockPio } from "./pio.mjs";
import { thumb } from "./thumb.mjs";
import { Uart } from "./uart.mjs";
import { UsbHost } from "./usb.mjs";
import { MISS_CYCLES, XipCache } from "./xip.mjs";

const UART_IRQS = [20, 21];
const REASON_TIMER = 1;
const REASON_FORCED = 2;
const CORE_1_FIFO = { 0x50: 3, 0x58: 0 }; // what core 1 says when it is reset: a zero waits, room is left
const STACK_TOP = 0x20042000; // MicroPython's, of 8 KB
const POWER_ON_NANOS = 5_000_000; // reset, crystal and boot ROM up to the second stage; not emulated

class Registers {
  constructor() {
    this.values = new Map();
    this.noise = 0x1d872b41;
  }

  readUint32(offset) {
    if (offset === 0x1c) {
      // the ring oscillator's random bit: a shift register, so that two runs are the same
      this.noise = (this.noise >>> 1) ^ (-(this.noise & 1) & 0xa3000000);
      return this.noise & 1;
    }
    if (offset === 0x18) return 0x80001000;
    return this.values.get(offset) ?? 0;
  }

  writeUint32(offset, value) {
    this.values.set(offset, value >>> 0);
  }

  writeUint32Atomic(offset, value, kind) {
    const old = this.readUint32(offset);
    this.writeUint32(offset, [value, old ^ value, old | value, old & ~value][kind]);
  }
}

// The stock one forgets the channel that comes next.
function mendRoundRobin(adc) {
  const complete = adc.completeADCRead.bind(adc);
  adc.completeADCRead = (value, error) => {
    const inputs = (adc.cs >> 16) & 0x1f;
    const before = (adc.cs >> 12) & 7;
    let next = before;
    for (let i = 1; inputs && i <= 5; i++) {
      const candidate = (before + i) % 5;
      if (inputs & (1 << candidate)) {
        next = candidate;
        break;
      }
    }
    adc.cs = (adc.cs & ~(0x1f << 16) & ~(7 << 12)) | (next << 12);
    complete(value, error);
    adc.cs |= inputs << 16;
  };
}

// wire(chip): called for every life of the chip, to hang the surroundings on its pins.
// missCycles: what a miss of the flash cache costs; 0 leaves flash as fast as memory.
export class Chip {
  constructor(bootRom, wire, missCycles = MISS_CYCLES) {
    this.bootRom = bootRom;
    this.wire = wire;
    this.missCycles = missCycles;
    this.flash = new NorFlash();
    this.flash.now = () => this.nanos;
    this.flash.onCut = () => this.powerOff();
    this.flash.onWrite = (start, size) => this.written(start, size);
    this.usb = new UsbHost();
    this.epochNanos = 0; // emulated time before this life of the chip
    this.on = false;
    this.resets = []; // [why, when in us]
    this.onReset = () => {};
    this.onInterrupt = () => {};
    this.asleepNanos = 0;
    this.stack = null; // set by watchStack()
  }

  get nanos() {
    return this.epochNanos + (this.on ? this.mcu.clock.nanos : 0);
  }

  get micros() {
    return this.nanos / 1000;
  }

  powerOn() {
    if (!this.on) this.begin("power", null);
  }

  powerOff() {
    if (!this.on) return;
    this.epochNanos = this.nanos;
    this.on = false;
    this.usb.unplug();
    this.onReset("off");
  }

  // A new life after power-up, the RUN pin or the watchdog (then with what it keeps).
  begin(why, kept) {
    this.epochNanos = this.nanos;
    this.on = false;
    const mcu = new RP2040();
    mcu.logger = new ConsoleLogger(LogLevel.Error, false);
    mcu.loadBootrom(this.bootRom);
    mcu.flash.set(this.flash.bytes);
    this.flash.power(mcu.clock);
    this.mend(mcu);
    const dog = this.watchdog(mcu);
    if (kept) {
      dog.scratchData.set(kept.scratch);
      dog.reason = kept.reason;
    }
    mcu.core.PC = 0x10000000;
    this.mcu = mcu;
    this.on = true;
    this.ended = null;
    this.stalled = null;
    this.resets.push([why, this.micros]);
    this.usb.plug(mcu);
    this.wire(this);
    this.onReset(why);
    mcu.clock.tick(why === "power" ? POWER_ON_NANOS : 0);
  }

  mend(mcu) {
    const { peripherals, clock } = mcu;
    const ssi = new Ssi(mcu, this.flash);
    peripherals[0x18000] = ssi;
    peripherals[0x40018] = new QspiPins(mcu, ssi);
    peripherals[0x40060] = new Registers();
    peripherals[0x40064] = new Registers();
    this.cache = new XipCache(mcu, this.missCycles);
    peripherals[0x14000] = this.cache;
    quickMemory(mcu, this.cache);
    this.thumb = thumb(mcu, this.cache, (cycles) => {
      mcu.clock.nanosCounter = this.sliceNanos + cycles * this.cycleNanos;
    });
    mcu.uart.forEach((_, n) => {
      mcu.uart[n] = new Uart(mcu, `UART${n}`, UART_IRQS[n]);
      peripherals[n ? 0x40038 : 0x40034] = mcu.uart[n];
    });
    mendRoundRobin(mcu.adc);
    const readSio = mcu.sio.readUint32.bind(mcu.sio);
    mcu.sio.readUint32 = (offset) => CORE_1_FIFO[offset] ?? readSio(offset);
    this.watchInterrupts(mcu.core);
    for (const pio of mcu.pio) clockPio(pio, clock, () => 1e9 / mcu.clkSys);
    for (const pin of mcu.gpio) {
      pin.addListener((state) => {
        if (state <= 1) pin.setInputValue(state === 1); // a driven pin reads what it drives
      });
    }
  }

  // onInterrupt(start, end) in us: the core was away from the program.
  watchInterrupts(core) {
    const { exceptionEntry, exceptionReturn } = core;
    let began = 0;
    core.exceptionEntry = (number) => {
      if (core.IPSR === 0) began = this.micros;
      exceptionEntry.call(core, number);
    };
    core.exceptionReturn = (value) => {
      exceptionReturn.call(core, value);
      if (core.IPSR === 0) this.onInterrupt(began, this.micros);
    };
  }

  watchdog(mcu) {
    const dog = mcu.peripherals[0x40058];
    dog.onWatchdogTrigger = () => {
      dog.alarm.enable = false;
      const reason = dog.reason === REASON_FORCED ? REASON_FORCED : REASON_TIMER;
      this.ended = { reason, scratch: dog.scratchData.slice() };
    };
    return dog;
  }

  written(start, size) {
    if (this.on) this.mcu.flash.set(this.flash.bytes.subarray(start, start + size), start);
  }

  // Level on a pin from outside, as far as the chip does not drive it itself.
  drive(number, level) {
    if (this.on) this.mcu.gpio[number].setInputValue(level);
  }

  // The core spins where it is from now on, as after a fault without a handler.
  stall(what) {
    this.stalled = what;
  }

  // Let emulated time pass until nanos; goes on through resets.  stop(): asked whenever something
  // around the chip has set poked; it ends the run when it is true.
  run(until, stop = null) {
    while (this.nanos < until) {
      if (!this.on) {
        this.epochNanos = until;
        return;
      }
      this.poked = false;
      this.live(until - this.epochNanos);
      if (this.ended) {
        const { ended } = this;
        this.begin(ended.reason === REASON_FORCED ? "commanded" : "watchdog", ended);
      } else if (stop?.()) return;
    }
  }

  // From now on: how much stack the program uses, an interrupt on top of it, and both together.
  watchStack() {
    this.stack = { program: 0, interrupt: 0, together: 0, entry: 0, deep: 0 };
  }

  measureStack(core) {
    const { stack } = this;
    const sp = core.registers[13];
    if (core.IPSR === 0) {
      stack.entry = sp;
      if (STACK_TOP - sp > stack.program) stack.program = STACK_TOP - sp;
    } else if (stack.entry - sp > stack.interrupt) stack.interrupt = stack.entry - sp;
    if (STACK_TOP - sp > stack.together && sp > STACK_TOP - 0x10000) {
      stack.together = STACK_TOP - sp;
      stack.deep = this.micros;
    }
  }

  live(until) {
    const { core, clock } = this.mcu;
    while (clock.nanos < until && !this.ended && this.on && !this.poked) {
      const still = this.stalled === "all" || (this.stalled === "program" && core.IPSR === 0);
      if (still && this.stalled === "program" && core.interruptsUpdated) core.checkForInterrupts();
      if (core.waiting || still) {
        const next = Math.min(clock.nanosToNextAlarm || Infinity, until - clock.nanos);
        this.asleepNanos += next;
        clock.tick(next);
      } else this.execute(until);
    }
  }

  // Up to the next alarm; the clock follows the cycles.
  execute(until) {
    const { core, clock, clkSys } = this.mcu;
    this.sliceNanos = clock.nanosCounter;
    this.cycleNanos = 1e9 / clkSys;
    if (core.interruptsUpdated) {
      const before = core.cycles;
      core.checkForInterrupts();
      this.sliceNanos += (core.cycles - before) * this.cycleNanos;
    }
    const end = Math.min(clock.nextAlarm?.nanos ?? until, until);
    const cycles = this.stack ? 1 : Math.min(1e6, Math.ceil((end - this.sliceNanos) / this.cycleNanos));
    this.thumb(cycles);
    if (this.stack) this.measureStack(core);
    clock.tick(0);
  }
}
