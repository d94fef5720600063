// The pilot between the chip's PWM pin and its converter: output stage, cable, vehicle, divider.
//
//   GP2 --- +-12 V stage --- 1 kOhm ---+--- cable --- diode --- 2.74 kOhm (|| 1.3 kOhm or 270 Ohm)
//                                      `--- divider: 1.689 V + 0.1126 x pilot --- ADC0
//
// The voltage is worked out for the instant the converter asks, from what the pin does then and when
// it last changed.  A pin that nobody drives is pulled down: steady -12 V, no offer.

const OHM_SOURCE = 1000;
const DIODE_VOLTS = 0.7;
const EDGE_NANOS = 3000; // 1 kOhm into 3 nF of cable and vehicle
const REFERENCE = 3.3;
const CONVERSION_MICROS = 2;
export const OHMS = { A: 0, B: 2740, C: 882, D: 246 };

export class Pilot {
  constructor(pin = 2, channel = 0) {
    this.pin = pin;
    this.channel = channel;
    this.reset();
    this.edges = []; // [when in ns, level] of the pin
  }

  // As it was: nothing plugged in, nothing broken.
  reset() {
    this.ohm = 0;
    this.diode = "ok";
    this.short = "none";
    this.highVolts = null;
    this.stuckLow = false;
    this.noiseVolts = 0;
    this.seed = 1;
    this.proximityOhm = -1;
    this.heat = 25;
    this.counts = { 1: () => this.proximityCounts(), 2: () => this.heatCounts() };
  }

  // A letter of the standard, or ohms.
  show(state) {
    this.highVolts = null;
    this.stuckLow = state === "F";
    this.short = state === "E" ? "earth" : "none";
    if (state in OHMS) this.ohm = OHMS[state];
  }

  wire(chip) {
    this.chip = chip;
    this.level = 0;
    this.changed = -1e9;
    this.before = this.volts(0);
    const { mcu } = chip;
    mcu.gpio[this.pin].addListener((state) => this.edge(state === 1 ? 1 : 0));
    const { adc } = mcu;
    adc.onADCRead = (channel) => {
      adc.currentChannel = channel;
      adc.channelValues[channel] = this.convert(channel);
      adc.sampleAlarm.schedule(CONVERSION_MICROS * 1000);
    };
  }

  edge(level) {
    if (level === this.level) return;
    this.before = this.now();
    this.level = level;
    this.changed = this.chip.nanos;
    this.edges.push([this.chip.nanos, level]);
    if (this.edges.length > 4096) this.edges.splice(0, 2048);
  }

  // The settled voltage while the source is high or low.
  volts(level) {
    if (this.highVolts !== null && level) return this.highVolts;
    const source = level && !this.stuckLow ? 12 : -12;
    let linear = 0;
    let forward = 0;
    if (this.ohm && this.diode === "ok") forward += 1 / this.ohm;
    if (this.ohm && this.diode === "short") linear += 1 / this.ohm;
    if (this.short === "earth") linear += 1;
    if (this.short === "diode") forward += 1;
    const own = 1 / OHM_SOURCE;
    const node = (source * own) / (own + linear);
    if (node <= DIODE_VOLTS) return node;
    return (source * own + DIODE_VOLTS * forward) / (own + linear + forward);
  }

  now() {
    const settled = this.volts(this.level);
    const left = Math.exp((this.changed - this.chip.nanos) / EDGE_NANOS);
    return settled + (this.before - settled) * left;
  }

  convert(channel) {
    const other = this.counts[channel];
    if (channel !== this.channel) return other ? other() : 0;
    const node = 1.689 + 0.1126 * (this.now() + this.noise());
    return Math.max(0, Math.min(4095, Math.floor((node / REFERENCE) * 4096)));
  }

  noise() {
    if (!this.noiseVolts) return 0;
    this.seed = (Math.imul(this.seed, 1103515245) + 12345) & 0x7fffffff;
    return this.noiseVolts * ((this.seed / 0x3fffffff) - 1);
  }

  proximityCounts() {
    const ohm = this.proximityOhm;
    return ohm < 0 ? 4095 : Math.min(4095, Math.floor((4096 * ohm) / (ohm + 1000)));
  }

  // 10 kOhm, B = 3950, against 10 kOhm.
  heatCounts() {
    if (this.heat === "open") return 4095;
    if (this.heat === "short") return 0;
    const ohm = 10_000 * Math.exp(3950 * (1 / (this.heat + 273.15) - 1 / 298.15));
    return Math.floor((4096 * ohm) / (ohm + 10_000));
  }

  // What an analyser has seen of the pin in the last so many periods: [high ns, period ns] of each.
  periods(count) {
    const rises = this.edges.map((edge, i) => (edge[1] ? i : -1)).filter((i) => i >= 0);
    const found = [];
    for (let i = rises.length - 1; i > 0 && found.length < count; i--) {
      const [from, to] = [this.edges[rises[i - 1]], this.edges[rises[i]]];
      const fall = this.edges[rises[i - 1] + 1];
      found.push([fall[0] - from[0], to[0] - from[0]]);
    }
    return found;
  }
}
