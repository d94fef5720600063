// Runs many instructions at a time: one function made of the rows of instructions.mjs, its state in
// variables.  The stock core runs one a call, and compares its way down to it.

import { INSTRUCTIONS, LR, PC, SP } from "./instructions.mjs";

const RAM = 0x20000000;
const RAM_BYTES = 264 << 10;
const WAITS = { read: 3, write: 4 }; // cycles of the peripheral bus; SIO has none, the rest one

// For each code its row's number, or -1.
const ROWS = new Int8Array(1 << 16);
const MASKS = INSTRUCTIONS.map(([bits]) => [
  parseInt(bits.replace(/[01]/g, "1").replace(/[a-z]/g, "0"), 2),
  parseInt(bits.replace(/[a-z]/g, "0"), 2),
]);
for (let code = 0; code < ROWS.length; code++) {
  ROWS[code] = MASKS.findIndex(([mask, value]) => (code & mask) === value);
}

// The fields of a row as constants: each letter's bits, down to the lowest.
function fields(bits) {
  return [...new Set(bits.replace(/[01x]/g, ""))].map((letter) => {
    const [first, last] = [bits.indexOf(letter), bits.lastIndexOf(letter)];
    return `const ${letter} = (code >>> ${15 - last}) & ${(1 << (last - first + 1)) - 1};`;
  });
}

const CASES = INSTRUCTIONS.map(([bits, does], i) => `case ${i}: { ${fields(bits).join(" ")} ${does} break; }`);

// Reading and writing so many bits: RAM, then flash through its cache, then whatever the core has there.
function access(width) {
  const shift = width >> 4;
  const mask = (width >> 3) - 1;
  return `
    const read${width} = (address) => {
      const offset = (address - ${RAM}) >>> 0;
      if (offset < ${RAM_BYTES} && !(offset & ${mask})) {
        spent += 1;
        return ram${width}[offset >>> ${shift}];
      }
      if (address >>> 24 === 0x10 && !(address & ${mask})) {
        spent += 1 + cache.touch(address);
        return flash${width}[(address & 0xffffff) >>> ${shift}];
      }
      save();
      const value = core.readUint${width}(address >>> 0);
      take();
      spent += waits(address, ${WAITS.read});
      return value;
    };
    const write${width} = (address, value) => {
      const offset = (address - ${RAM}) >>> 0;
      if (offset < ${RAM_BYTES} && !(offset & ${mask})) {
        spent += 1;
        ram${width}[offset >>> ${shift}] = value;
        return;
      }
      save();
      core.writeUint${width}(address >>> 0, value >>> 0);
      take();
      spent += waits(address, ${WAITS.write});
    };`;
}

const SOURCE = `
  const SP = ${SP}, LR = ${LR}, PC = ${PC};
  const { core, flash: flash8, sram: ram8 } = mcu;
  const flash16 = new Uint16Array(flash8.buffer, flash8.byteOffset, flash8.length >> 1);
  const flash32 = new Int32Array(flash8.buffer, flash8.byteOffset, flash8.length >> 2);
  const ram16 = new Uint16Array(ram8.buffer, ram8.byteOffset, ram8.length >> 1);
  const ram32 = new Int32Array(ram8.buffer, ram8.byteOffset, ram8.length >> 2);
  const r = new Int32Array(core.registers.buffer);
  let start = 0, spent = 0, nz = 0, c = 0, v = 0, pc = 0, out = false;

  // Whatever is asked of the core: it gets the flags and the cycles, and has to be asked after.
  const save = () => {
    core.N = nz < 0;
    core.Z = nz === 0;
    core.C = c === 1;
    core.V = v === 1;
    core.cycles = start + spent;
    out = true;
    now(spent);
  };
  const take = () => {
    nz = core.Z ? 0 : core.N ? -1 : 1;
    c = core.C ? 1 : 0;
    v = core.V ? 1 : 0;
    spent = core.cycles - start;
  };
  const waits = (address, peripheral) => {
    const place = address >>> 28;
    return place === 13 ? 0 : place === 4 ? peripheral : 1;
  };
  ${[32, 16, 8].map(access).join("")}
  const fetch = (address) => {
    if (address >>> 24 === 0x10) {
      spent += cache.touch(address);
      return flash16[(address & 0xffffff) >>> 1];
    }
    const place = (address - ${RAM}) >>> 0;
    return place < ${RAM_BYTES} ? ram16[place >>> 1] : core.readUint16(address >>> 0);
  };

  const add = (one, other, carry) => {
    const sum = (one + other + carry) | 0;
    c = (one >>> 0) + (other >>> 0) + carry > 0xffffffff ? 1 : 0;
    v = ((one ^ sum) & (other ^ sum)) < 0 ? 1 : 0;
    nz = sum;
    return sum;
  };
  const compare = (one, other) => {
    const difference = (one - other) | 0;
    c = one >>> 0 >= other >>> 0 ? 1 : 0;
    v = ((one ^ other) & (one ^ difference)) < 0 ? 1 : 0;
    nz = difference;
    return difference;
  };
  const at = (number) => (number === PC ? pc + 4 : r[number]);
  const put = (number, value) => {
    if (number === PC) spent++;
    r[number] = number === PC ? value & ~1 : number === SP ? value & ~3 : value;
  };
  const room = (list) => {
    let bytes = 0;
    for (let i = 0; i < 8; i++) if (list & (1 << i)) bytes += 4;
    return bytes;
  };
  const store = (address, list) => {
    for (let i = 0; i < 8; i++) {
      if (list & (1 << i)) {
        write32(address, r[i]);
        address += 4;
      }
    }
    return address;
  };
  const load = (address, list) => {
    for (let i = 0; i < 8; i++) {
      if (list & (1 << i)) {
        r[i] = read32(address);
        address += 4;
      }
    }
    return address;
  };
  const branch = (address) => {
    if (core.IPSR !== 0 && address >>> 28 === 15) {
      save();
      core.BXWritePC(address >>> 0);
      take();
    } else r[PC] = address & ~1;
  };
  const rare = (address) => {
    r[PC] = address;
    save();
    core.executeInstruction();
    take();
    spent--;
  };

  return (budget) => {
    start = core.cycles;
    take();
    out = false;
    while (spent < budget && !out) {
      pc = r[PC] & ~1;
      const code = fetch(pc);
      r[PC] = pc + 2;
      switch (ROWS[code]) {
        ${CASES.join("\n        ")}
        default:
          rare(pc);
      }
      spent++;
    }
    save();
  };`;

// run(budget): instructions until so many cycles are spent, or something happened that the clock or the
// interrupts have to be looked at for.
// now(cycles): called before anything that can see the clock, with the cycles of this run so far.
export function thumb(mcu, cache, now) {
  return new Function("ROWS", "mcu", "cache", "now", SOURCE)(ROWS, mcu, cache, now);
}
