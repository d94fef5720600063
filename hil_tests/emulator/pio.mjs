// The stock PIO runs on the host's clock and knows no divider.  Here every state machine has an alarm
// on the emulated clock, so that a dead-man's 59 ms are 59 ms.

const CTRL = 0x000;
const SM_FIRST = 0x0c8;
const SM_STRIDE = 0x18;
const SHIFTCTRL = 0x08;
const JOINS = 3 << 30;

// cycleNanos(): length of one system clock cycle.
export function clockPio(pio, clock, cycleNanos) {
  pio.run = () => {}; // never on the host's clock
  const periods = (machine) => {
    const whole = machine.clockDivInt || 65_536;
    return (whole + machine.clockDivFrac / 256) * cycleNanos();
  };
  for (const machine of pio.machines) {
    const alarm = clock.createAlarm(() => step(machine));
    const schedule = (cycles) => alarm.schedule(Math.max(1, cycles) * periods(machine));
    const checkWait = machine.checkWait.bind(machine);
    machine.checkWait = () => {
      if (!machine.waiting) return;
      const before = machine.cycles;
      checkWait();
      if (!machine.waiting && machine.enabled) schedule(1 + machine.cycles - before);
    };
    const step = () => {
      if (!machine.enabled) return;
      const before = machine.cycles;
      machine.step();
      pio.checkChangedPins();
      if (!machine.waiting) schedule(machine.cycles - before);
    };
    machine.start = () => schedule(1);
    machine.halt = () => alarm.cancel();
  }
  const write = pio.writeUint32.bind(pio);
  pio.writeUint32 = (offset, value) => {
    const running = pio.machines.map((machine) => machine.enabled);
    const register = (offset - SM_FIRST) % SM_STRIDE;
    const machine = pio.machines[Math.floor((offset - SM_FIRST) / SM_STRIDE)];
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
