// The RP2040's UART (ARM PL011) with what the stock one lacks: two FIFOs with interrupt levels, the
// receive time-out, the time a character takes, overruns and line errors.  ARM DDI 0183, chapter 3.

import { BasePeripheral } from "./package.mjs";

const DR = 0x00;
const RSR = 0x04;
const FR = 0x18;
const IBRD = 0x24;
const FBRD = 0x28;
const LCR_H = 0x2c;
const CR = 0x30;
const IFLS = 0x34;
const IMSC = 0x38;
const RIS = 0x3c;
const MIS = 0x40;
const ICR = 0x44;
const DMACR = 0x48;
const ID = 0xfe0;
const IDS = [0x11, 0x10, 0x34, 0x00, 0x0d, 0xf0, 0x05, 0xb1];

const INT_RX = 1 << 4;
const INT_TX = 1 << 5;
const INT_TIMEOUT = 1 << 6;
const INT_OVERRUN = 1 << 10;
const ERRORS = 0xf00; // framing, parity, break, overrun: bits 8 to 11 of a received word
const LOOPBACK = 1 << 7;
const DEPTH = 32;
const LEVELS = [4, 8, 16, 24, 28]; // of 32, by IFLS
const TIMEOUT_BITS = 32;

export class Uart extends BasePeripheral {
  // onByte(byte): a character has left, its last bit on the wire.
  constructor(chip, name, irq) {
    super(chip, name);
    this.irq = irq;
    this.onByte = () => {};
    this.counts = { sent: 0, received: 0, overruns: 0 };
    this.rx = [];
    this.tx = [];
    this.sending = -1;
    this.divisor = [0, 0];
    this.line = 0;
    this.control = 0x300;
    this.levels = 0x12;
    this.mask = 0;
    this.raw = 0;
    this.errors = 0;
    this.dma = 0;
    this.sender = chip.clock.createAlarm(() => this.sent());
    this.silence = chip.clock.createAlarm(() => this.raise(INT_TIMEOUT));
  }

  get depth() {
    return this.line & (1 << 4) ? DEPTH : 1;
  }

  get bitNanos() {
    const ticks = 16 * (this.divisor[0] + this.divisor[1] / 64);
    return (ticks * 1e9) / this.rp2040.clkPeri;
  }

  // start, data, parity, stop
  get characterNanos() {
    const data = 5 + ((this.line >> 5) & 3);
    const parity = (this.line >> 1) & 1;
    const stop = this.line & (1 << 3) ? 2 : 1;
    return (1 + data + parity + stop) * this.bitNanos;
  }

  // A character has arrived on the wire.  errors: bits 8 to 11 of the data register.
  receive(byte, errors = 0) {
    if ((this.control & 0x201) !== 0x201) return;
    this.counts.received++;
    if (this.rx.length >= this.depth) {
      this.counts.overruns++;
      this.errors |= 8;
      this.raise(INT_OVERRUN);
      return;
    }
    this.rx.push(byte | (errors & ERRORS));
    this.silence.schedule(TIMEOUT_BITS * this.bitNanos);
    if (this.rx.length >= this.rxLevel()) this.raise(INT_RX);
  }

  rxLevel() {
    return this.depth === 1 ? 1 : LEVELS[(this.levels >> 3) & 7];
  }

  txLevel() {
    return this.depth === 1 ? 0 : LEVELS[this.levels & 7];
  }

  raise(bits) {
    this.raw |= bits;
    this.update();
  }

  clear(bits) {
    this.raw &= ~bits;
    this.update();
  }

  update() {
    this.rp2040.setInterrupt(this.irq, (this.raw & this.mask) !== 0);
  }

  load() {
    if (this.sending >= 0 || !this.tx.length || (this.control & 0x101) !== 0x101) return;
    this.sending = this.tx.shift();
    this.sender.schedule(this.characterNanos);
    if (this.tx.length === this.txLevel()) this.raise(INT_TX);
  }

  sent() {
    const byte = this.sending;
    this.sending = -1;
    this.counts.sent++;
    this.load();
    if (this.control & LOOPBACK) this.receive(byte);
    this.onByte(byte);
  }

  take() {
    const word = this.rx.length ? this.rx.shift() : 0;
    if (this.rx.length < this.rxLevel()) this.raw &= ~INT_RX;
    if (this.rx.length) this.silence.schedule(TIMEOUT_BITS * this.bitNanos);
    else {
      this.silence.cancel();
      this.raw &= ~INT_TIMEOUT;
    }
    this.update();
    return word;
  }

  flags() {
    const { rx, tx, depth } = this;
    const busy = this.sending >= 0 || tx.length > 0;
    return (
      (busy ? 1 << 3 : 0) |
      (rx.length ? 0 : 1 << 4) |
      (tx.length >= depth ? 1 << 5 : 0) |
      (rx.length >= depth ? 1 << 6 : 0) |
      (tx.length ? 0 : 1 << 7)
    );
  }

  readUint32(offset) {
    switch (offset) {
      case DR:
        return this.take();
      case RSR:
        return this.errors;
      case FR:
        return this.flags();
      case IBRD:
        return this.divisor[0];
      case FBRD:
        return this.divisor[1];
      case LCR_H:
        return this.line;
      case CR:
        return this.control;
      case IFLS:
        return this.levels;
      case IMSC:
        return this.mask;
      case RIS:
        return this.raw;
      case MIS:
        return this.raw & this.mask;
      case DMACR:
        return this.dma;
    }
    return offset >= ID ? IDS[(offset - ID) >> 2] : 0;
  }

  writeUint32(offset, value) {
    switch (offset) {
      case DR:
        if (this.tx.length < this.depth) this.tx.push(value & 0xff);
        this.load();
        if (this.tx.length > this.txLevel()) this.clear(INT_TX);
        break;
      case RSR:
        this.errors = 0;
        break;
      case IBRD:
        this.divisor[0] = value & 0xffff;
        break;
      case FBRD:
        this.divisor[1] = value & 0x3f;
        break;
      case LCR_H:
        if (this.line & ~value & (1 << 4)) this.rx.length = this.tx.length = 0;
        this.line = value & 0xff;
        break;
      case CR:
        this.control = value & 0xffff;
        this.load();
        break;
      case IFLS:
        this.levels = value & 0x3f;
        break;
      case IMSC:
        this.mask = value & 0x7ff;
        this.update();
        break;
      case ICR:
        this.clear(this.rawWriteValue & 0x7ff);
        break;
      case DMACR:
        this.dma = value & 7;
        break;
    }
  }

  clkPeriChanged() {} // the stock clock tree calls it; times are worked out when needed
}
