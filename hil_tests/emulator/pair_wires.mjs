// Level L0 between two chips: multiplexer, DAC, cable resistors, coil and contact, supply and reset.
// hil_tests/rig/README.md has the table.

import { Contactor } from "./contactor.mjs";
import { Meter } from "./meter.mjs";
import { Pilot } from "./pilot.mjs";

const REFERENCE = 3.3;
const STATION = { PWM: 2, ENABLE: 3, MIRROR: 4, RCD_TRIP: 14, RCD_TEST: 15 };
const RIG = { PWM: 2, ENABLE: 3, COIL: 4, CONTACT: 5, PILOT: 6, CABLE: 10, RCD_TRIP: 14, RCD_TEST: 15 };
const [MIRROR, RUN, SUPPLY, SENSE_CHANNEL] = [16, 18, 19, 2];
const LEVELS = [12, 9, 6, 3, 0, 7.5, null, -12]; // of the pilot; null is the DAC
const CODES = [1500, 680, 220, 100];
const PIN_OHM = 30; // of a pin that pulls down
const DAC_ADDRESS = 0x60;
const OUT_LOW = 0;
const OUT_HIGH = 1;

const node = (volts) => 1.689 + 0.1126 * volts;

// The station's converter sees the multiplexer in the place of a pilot.
class MuxPilot extends Pilot {
  constructor(volts) {
    super();
    this.volts = volts; // () -> of the node
  }

  convert(channel) {
    const other = this.counts[channel];
    if (channel !== this.channel) return other ? other() : 0;
    return Math.max(0, Math.min(4095, Math.floor((this.volts() / REFERENCE) * 4096)));
  }
}

// tell(pin of the rig, level): the station changed a line.
export class RigWires {
  constructor(tell) {
    this.tell = tell;
    this.broken = {}; // dac: true, it does not answer; stuck: {pin of the rig: level at the multiplexer}
    this.dacVolts = 0;
    this.heard = [];
    this.pilot = new MuxPilot(() => this.nodeVolts());
    this.contactor = new Contactor((line, _, level) => {
      tell(line === "coil" ? RIG.COIL : RIG.CONTACT, level === 1);
      this.mirror();
    });
    this.contactor.mirror = () => this.mirror();
    this.meter = new Meter();
  }

  chips(station, rig) {
    this.station = station;
    this.rig = rig;
  }

  // What the rig does with a pin of its own; null while it lets go.
  rigLevel(pin) {
    if (!this.rig.on) return null;
    const { value } = this.rig.mcu.gpio[pin];
    return value === OUT_HIGH ? 1 : value === OUT_LOW ? 0 : null;
  }

  select(pin) {
    return this.broken.stuck?.[pin] ?? this.rigLevel(pin) ?? 0;
  }

  pwmLevel() {
    if (this.station.on) {
      const { value } = this.station.mcu.gpio[STATION.PWM];
      if (value <= OUT_HIGH) return value;
    }
    return this.rigLevel(RIG.PWM) ?? 0;
  }

  nodeVolts() {
    const address = [0, 1, 2].reduce((sum, bit) => sum | (this.select(RIG.PILOT + bit) << bit), 0);
    if (!this.pwmLevel()) return this.select(RIG.PILOT + 3) ? this.dacVolts : node(-12);
    const volts = LEVELS[address];
    return volts === null ? this.dacVolts : node(volts);
  }

  cableOhm() {
    const on = CODES.filter((_, bit) => this.rigLevel(RIG.CABLE + bit) === 0);
    if (!on.length) return -1;
    return 1 / on.reduce((sum, ohm) => sum + 1 / (ohm + PIN_OHM), 0);
  }

  wireStation(chip) {
    this.pilot.wire(chip);
    this.contactor.wire(chip);
    this.meter.wire(chip);
    this.pilot.counts[1] = () => {
      this.pilot.proximityOhm = this.cableOhm();
      return this.pilot.proximityCounts();
    };
    const { gpio } = chip.mcu;
    const watched = [[STATION.PWM, RIG.PWM], [STATION.ENABLE, RIG.ENABLE], [STATION.RCD_TEST, RIG.RCD_TEST]];
    for (const [theirs, ours] of watched) {
      gpio[theirs].addListener((state) => this.tell(ours, state === OUT_HIGH));
    }
    chip.onReset = (why) => {
      if (why === "off") this.contactor.drop(chip.nanos);
    };
    chip.drive(STATION.RCD_TRIP, this.rigLevel(RIG.RCD_TRIP) === 1);
    this.mirror();
  }

  // Open drain: the station's pull-up when the rig lets go.
  mirror() {
    if (this.station?.on) this.station.drive(STATION.MIRROR, this.rigLevel(MIRROR) !== 0);
  }

  wireRig(chip) {
    const { gpio, adc, i2c } = chip.mcu;
    gpio[RIG.RCD_TRIP].addListener((state) => this.station.drive(STATION.RCD_TRIP, state === OUT_HIGH));
    gpio[MIRROR].addListener(() => this.mirror());
    gpio[SUPPLY].addListener(() => this.supply());
    gpio[RUN].addListener(() => this.supply());
    adc.onADCRead = (channel) => {
      const volts = channel === SENSE_CHANNEL ? this.nodeVolts() : 0;
      adc.currentChannel = channel;
      adc.channelValues[channel] = Math.min(4095, Math.floor((volts / REFERENCE) * 4096));
      adc.sampleAlarm.schedule(2000);
    };
    this.wireDac(i2c[1]);
  }

  wireDac(bus) {
    bus.onConnect = (address) => {
      this.heard = [];
      bus.completeConnect(address === DAC_ADDRESS && !this.broken.dac);
    };
    bus.onWriteByte = (byte) => {
      this.heard.push(byte);
      if (this.heard.length === 2) {
        this.dacVolts = (((this.heard[0] & 15) * 256 + this.heard[1]) / 4096) * REFERENCE;
      }
      bus.completeWrite(true);
    };
  }

  supply() {
    const on = this.rigLevel(SUPPLY) === 1 && this.rigLevel(RUN) !== 0;
    if (on === this.station.on) return;
    if (!on) this.station.powerOff();
    else if (this.rigLevel(SUPPLY) === 1 && this.held) this.station.begin("reset", null);
    else this.station.powerOn();
    this.held = this.rigLevel(RUN) === 0;
  }
}
