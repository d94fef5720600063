// A W25Q16-like serial NOR flash behind the RP2040's SSI: 2 MB that really erase and program, that
// take time about it, and that may lose their supply half way.
//
// The chip runs its own boot ROM's flash functions against this; only the XIP window reads the array
// directly.  Winbond W25Q16JV, tables 8.1 and 9.6; RP2040 datasheet 4.10.

import { BasePeripheral } from "./package.mjs";

export const FLASH_BYTES = 2 << 20;
const JEDEC = [0xef, 0x40, 0x15];
const UNIQUE_ID = [0xe6, 0x61, 0x38, 0x00, 0xb0, 0x12, 0x34, 0x56];
const ERASES = { 0x20: 4 << 10, 0x52: 32 << 10, 0xd8: 64 << 10, 0xc7: FLASH_BYTES, 0x60: FLASH_BYTES };
const PAGE = 256;

export class NorFlash {
  // onCut(): the supply went at the operation asked for with cut().
  constructor() {
    this.bytes = new Uint8Array(FLASH_BYTES).fill(0xff);
    this.eraseMicros = 45_000; // a sector, typical; 400 ms at most
    this.programMicros = 700; // a page, typical; 3 ms at most
    this.operations = []; // [kind, address, when in ns, while power flowed]
    this.hot = () => false;
    this.cutIn = -1;
    this.cutAt = 500; // permille of the operation that was still done
    this.onCut = () => {};
    this.onWrite = () => {};
    this.now = () => 0; // emulated ns, through all lives of the chip
    this.power(null);
  }

  power(clock) {
    this.clock = clock;
    this.selected = false;
    this.command = [];
    this.writable = false;
    this.busyUntil = 0;
    this.status2 = 2;
  }

  // Loses the supply in the operation (erase or program) after `after` others, `permille` into it.
  cut(after, permille) {
    this.cutIn = after;
    this.cutAt = permille;
  }

  select(selected) {
    if (this.selected && !selected) this.finish();
    this.selected = selected;
    if (selected) this.command = [];
  }

  get busy() {
    return this.clock.nanos < this.busyUntil;
  }

  // One byte out, one byte in.
  exchange(byte) {
    const { command } = this;
    const index = command.length;
    if (index < PAGE + 4) command.push(byte);
    const [code] = command;
    const at = index - 1;
    if (code === 0x05) return at < 0 ? 0xff : (this.busy ? 1 : 0) | (this.writable ? 2 : 0);
    if (code === 0x35) return at < 0 ? 0xff : this.status2;
    if (code === 0x15) return 0;
    if (this.busy) return 0xff;
    if (code === 0x9f) return at < 0 ? 0xff : JEDEC[at % 3];
    if (code === 0x4b) return index < 5 ? 0xff : UNIQUE_ID[(index - 5) & 7];
    if (code === 0x03 || code === 0x0b) {
      const first = code === 0x03 ? 4 : 5;
      if (index < first) return 0xff;
      this.readAt = index === first ? this.address() : this.readAt + 1;
      return this.bytes[this.readAt % FLASH_BYTES];
    }
    return 0xff;
  }

  address() {
    const [, high, middle, low] = this.command;
    return (((high << 16) | (middle << 8) | low) >>> 0) % FLASH_BYTES;
  }

  // The chip select went up: this is when commands take effect.
  finish() {
    const [code] = this.command;
    if (code === undefined || this.busy) return;
    if (code === 0x06) this.writable = true;
    else if (code === 0x04) this.writable = false;
    else if (this.writable && (code === 0x01 || code === 0x31)) {
      const at = code === 0x01 ? 2 : 1;
      if (this.command.length > at) this.status2 = this.command[at];
      this.settle(0);
    } else if (this.writable && code === 0x02 && this.command.length > 4) this.program();
    else if (this.writable && ERASES[code]) this.erase(ERASES[code]);
  }

  settle(micros) {
    this.writable = false;
    this.busyUntil = this.clock.nanos + micros * 1000;
  }

  program() {
    const address = this.address();
    const data = this.command.slice(4);
    const cut = this.begins("program", address);
    const whole = cut ? Math.floor((data.length * this.cutAt) / 1000) : data.length;
    const page = address - (address % PAGE);
    for (let i = 0; i < whole; i++) this.bytes[page + ((address - page + i) % PAGE)] &= data[i];
    if (cut) this.onCut();
    this.settle(this.programMicros);
    this.onWrite(page, PAGE);
  }

  erase(size) {
    const start = size === FLASH_BYTES ? 0 : this.address() - (this.address() % size);
    const cut = this.begins("erase", start);
    const whole = cut ? Math.floor((size * this.cutAt) / 1000) : size;
    this.bytes.fill(0xff, start, start + whole);
    // Where the erasing stopped, cells are neither old nor erased.
    if (cut) for (let i = start + whole; i < start + size; i++) this.bytes[i] |= (i * 0x9d) & 0xff;
    if (cut) this.onCut();
    this.settle((this.eraseMicros * size) / 4096);
    this.onWrite(start, size);
  }

  begins(kind, address) {
    this.operations.push([kind, address, this.now(), this.hot()]);
    return this.cutIn >= 0 && this.cutIn-- === 0;
  }
}

const SSI_CTRLR0 = 0x00;
const SSI_SSIENR = 0x08;
const SSI_SR = 0x28;
const SSI_DR0 = 0x60;
const SSI_DR_LAST = 0xec;
const SSI_RXFLR = 0x24;

// The serial interface, in its plain one-bit mode; in the quad modes the XIP window does the reading.
export class Ssi extends BasePeripheral {
  constructor(chip, flash) {
    super(chip, "SSI");
    this.flash = flash;
    this.registers = new Map([
      [0x58, 0x51535049],
      [0x5c, 0x3430312a],
    ]);
    this.received = [];
    this.forced = false; // the chip select is held by IO_QSPI, not by this
  }

  // outover: 0 by the SSI, 2 low, 3 high
  override(outover) {
    this.forced = outover >= 2;
    this.flash.select(outover === 2);
  }

  get plain() {
    return ((this.registers.get(SSI_CTRLR0) ?? 0) & 0x600000) === 0;
  }

  readUint32(offset) {
    if (offset === SSI_SR) {
      if (!this.forced) this.flash.select(false); // the queue is empty, so the transfer is over
      return 0x06 | (this.received.length ? 0x08 : 0);
    }
    if (offset === SSI_RXFLR) return this.received.length;
    if (offset >= SSI_DR0 && offset <= SSI_DR_LAST) return this.received.shift() ?? 0;
    return this.registers.get(offset) ?? 0;
  }

  writeUint32(offset, value) {
    if (offset < SSI_DR0 || offset > SSI_DR_LAST) {
      this.registers.set(offset, value >>> 0);
      if (offset === SSI_SSIENR && !(value & 1)) this.received = [];
      return;
    }
    if (!this.plain) {
      this.received.push(0);
      return;
    }
    if (!this.forced && !this.flash.selected) this.flash.select(true);
    this.received.push(this.flash.exchange(value & 0xff));
  }
}

// IO_QSPI: what matters is the chip select's override.
export class QspiPins extends BasePeripheral {
  constructor(chip, ssi) {
    super(chip, "IO_QSPI");
    this.ssi = ssi;
    this.registers = new Map();
  }

  readUint32(offset) {
    return this.registers.get(offset) ?? 0;
  }

  writeUint32(offset, value) {
    this.registers.set(offset, value >>> 0);
    if (offset === 0x0c) this.ssi.override((value >> 8) & 3);
  }
}
