// An Eastron meter (SDM120, SDM630) at the other end of the chip's UART, answering Modbus RTU at the
// line's own speed, and able to answer wrongly.

const REPLY_NANOS = 30e6;
const SLOW_NANOS = 1500e6;
const VOLTS = [0x0000, 0x0002, 0x0004];
const AMPS = [0x0006, 0x0008, 0x000a];
const WATTS = [0x000c, 0x000e, 0x0010];
const CODES = { sdm120: 0x0020, sdm630: 0x0070 };

export const FAULTS = ["", "silent", "crc", "address", "nan", "exception", "short", "slow", "noise"];

export class Meter {
  constructor(model = "sdm630", unit = 1) {
    this.model = model;
    this.unit = unit;
    this.reset();
  }

  reset() {
    this.fault = "";
    this.volts = [230, 230, 230];
    this.amps = [0, 0, 0];
    this.hertz = 50;
    this.importKwh = 100;
    this.asked = 0;
  }

  wire(chip) {
    this.uart = chip.mcu.uart[1];
    this.heard = [];
    this.reply = [];
    const { clock } = chip.mcu;
    this.quiet = clock.createAlarm(() => this.serve());
    this.due = clock.createAlarm(() => this.speak());
    this.uart.onByte = (byte) => {
      this.heard.push(byte);
      this.quiet.schedule(3.5 * this.uart.characterNanos);
    };
  }

  serve() {
    const request = this.heard;
    this.heard = [];
    if (this.fault === "silent") return;
    if (request.length !== 8 || crc16(request) || request[0] !== this.unit) return;
    this.asked++;
    this.reply = this.spoil(this.answer(request));
    this.due.schedule(this.fault === "slow" ? SLOW_NANOS : REPLY_NANOS);
  }

  speak() {
    const byte = this.reply.shift();
    if (byte === undefined) return;
    this.uart.receive(byte & 0xff, byte & 0xf00);
    this.due.schedule(this.uart.characterNanos);
  }

  answer([unit, code, addressHigh, addressLow, countHigh, countLow]) {
    const address = (addressHigh << 8) | addressLow;
    const count = (countHigh << 8) | countLow;
    const refuse = (why) => [unit, code | 0x80, why];
    if (this.fault === "exception") return refuse(4);
    if (code === 3 && address === 0xfc02) return [unit, 3, 2, CODES[this.model] >> 8, CODES[this.model] & 255];
    if (code !== 4) return refuse(1);
    if (count & 1 || count < 2 || count > 80) return refuse(3);
    const data = Buffer.alloc(2 * count);
    for (let i = 0; i < count; i += 2) data.writeFloatBE(this.value(address + i), 2 * i);
    return [unit, code, data.length, ...data];
  }

  value(register) {
    if (this.fault === "nan") return NaN;
    const phases = this.model === "sdm120" ? 1 : 3;
    for (let phase = 0; phase < phases; phase++) {
      if (register === VOLTS[phase]) return this.volts[phase];
      if (register === AMPS[phase]) return this.amps[phase];
      if (register === WATTS[phase]) return this.volts[phase] * this.amps[phase];
    }
    if (register === 0x0034) return this.volts.reduce((sum, v, i) => sum + v * this.amps[i], 0);
    if (register === 0x0046) return this.hertz;
    if (register === 0x0048 || register === 0x0156) return this.importKwh;
    return 0;
  }

  spoil(body) {
    if (this.fault === "address") body[0] = (this.unit % 247) + 1;
    const check = crc16(body);
    const frame = [...body, check & 255, check >> 8];
    if (this.fault === "crc") frame[3] ^= 1;
    if (this.fault === "short") frame.splice(-2);
    if (this.fault === "noise") frame[4] |= 0x100; // a framing error on the line
    return frame;
  }
}

export function crc16(bytes) {
  let check = 0xffff;
  for (const byte of bytes) {
    check ^= byte;
    for (let bit = 0; bit < 8; bit++) check = check & 1 ? (check >> 1) ^ 0xa001 : check >> 1;
  }
  return check;
}
