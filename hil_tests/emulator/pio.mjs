// The stock PIO runs on the host's clock and knows no divider.  Here every state machine has an alarm
// on the emulated clock, so that a dead-man's 59 ms are 59 ms.
//
// A loop that only counts, or counts while it looks at a pin, is not gone through: the machine sleeps
// until the pin changes or the count ends, and is then where it would have been.

const CTRL = 0x000;
const SM_FIRST = 0x0c8;
const SM_STRIDE = 0x18;
const SHIFTCTRL = 0x08;
const JOINS = 3 << 30;
const ON_X = 2; // conditions of a jump
const ON_PIN = 6;

// cycleNanos(): length of one system clock cycle.
export function clockPio(pio, clock, cycleNanos) {
  pio.run = () => {}; // never on the host's clock
  const asleep = new Map(); // machine -> {pin, looks: when the next one is, each: nanoseconds}
  const alarms = new Map();
  const periods = (machine) => {
    const whole = machine.clockDivInt || 65_536;
    return (whole + machine.clockDivFrac / 256) * cycleNanos();
  };
  const schedule = (machine, cycles) => {
    alarms.get(machine).schedule(Math.max(1, cycles) * periods(machine));
  };

  const jump = (machine, at) => {
    const opcode = pio.instructions[at];
    if (opcode >>> 13) return null;
    const delay = (opcode >> 8) & ((1 << (5 - machine.sidesetCount)) - 1);
    return { on: (opcode >> 5) & 7, to: opcode & 0x1f, cycles: 1 + delay };
  };

  // After a step: what is left to do takes no thought.  True when the machine sleeps.
  const sleep = (machine, cycles) => {
    const here = jump(machine, machine.pc);
    if (!here) return false;
    if (here.on === ON_X && here.to === machine.pc) {
      schedule(machine, cycles + machine.x * here.cycles);
      machine.x = 0;
      return true;
    }
    if (here.on !== ON_PIN) return false;
    const pin = pio.rp2040.gpio[machine.jmpPin];
    const after = machine.pc === machine.wrapTop ? machine.wrapBottom : machine.pc + 1;
    const back = jump(machine, pin.inputValue ? here.to : after);
    if (!back || back.on !== ON_X || back.to !== machine.pc || !machine.x) return false;
    const looks = clock.nanos + Math.max(1, cycles) * periods(machine);
    const each = (here.cycles + back.cycles) * periods(machine);
    asleep.set(machine, { pin, level: pin.inputValue, looks, each });
    alarms.get(machine).schedule(looks - clock.nanos + machine.x * each);
    return true;
  };

  // Where it is by now; its next look is due.
  const wake = (machine) => {
    const { looks, each } = asleep.get(machine);
    asleep.delete(machine);
    const done = Math.min(machine.x, Math.max(0, Math.ceil((clock.nanos - looks) / each - 1e-6)));
    machine.x = (machine.x - done) >>> 0;
    alarms.get(machine).schedule(Math.max(0, looks + done * each - clock.nanos));
  };

  for (const pin of pio.rp2040.gpio) {
    const set = pin.setInputValue.bind(pin);
    pin.setInputValue = (value) => {
      set(value);
      for (const [machine, one] of asleep) {
        if (one.pin === pin && one.level !== pin.inputValue) wake(machine);
      }
    };
  }

  for (const machine of pio.machines) {
    const checkWait = machine.checkWait.bind(machine);
    machine.checkWait = () => {
      if (!machine.waiting) return;
      const before = machine.cycles;
      checkWait();
      if (!machine.waiting && machine.enabled) schedule(machine, 1 + machine.cycles - before);
    };
    const step = () => {
      if (!machine.enabled) return;
      if (asleep.has(machine)) wake(machine); // the count has ended: its last look is due now
      const before = machine.cycles;
      machine.step();
      pio.checkChangedPins();
      if (machine.waiting) return;
      const cycles = machine.cycles - before;
      if (!sleep(machine, cycles)) schedule(machine, cycles);
    };
    alarms.set(machine, clock.createAlarm(step));
    machine.start = () => schedule(machine, 1);
    machine.halt = () => {
      if (asleep.has(machine)) wake(machine);
      alarms.get(machine).cancel();
    };
  }
  const write = pio.writeUint32.bind(pio);
  pio.writeUint32 = (offset, value) => {
    const running = pio.machines.map((machine) => machine.enabled);
    const register = (offset - SM_FIRST) % SM_STRIDE;
    const machine = pio.machines[Math.floor((offset - SM_FIRST) / SM_STRIDE)];
    if (offset >= SM_FIRST && machine && asleep.has(machine)) wake(machine);
    if (offset >= SM_FIRST && machine && register === SHIFTCTRL) {
      if ((machine.shiftCtrl ^ value) & JOINS) {
        machine.txFIFO.reset(); // changing the join empties both queues
        machine.rxFIFO.reset();
      }
    }
    write(offset, value);
    if (offset === CTRL) {
      pio.machines.forEach((one, index) => {
        if (one.enabled && !running[index] && !one.waiting) one.start();
        if (!one.enabled) one.halt();
      });
    }
    pio.checkChangedPins();
  };
}
