// The processor's common instructions, first match first: the bits of the code, and what it does.
// Letters name fields.  A code that is in no row is left to the stock core.
//
// In the text: r are the registers, pc this instruction's address, spent the cycles (one is counted
// already), and of the flags N is nz < 0, Z is nz === 0, c and v are 0 or 1.
//
// ARMv6-M Architecture Reference Manual, A5 and A6; cycles as the stock core counts them.

export const SP = 13;
export const LR = 14;
export const PC = 15;

const CONDITIONS = ["nz === 0", "c === 1", "nz < 0", "v === 1", "c === 1 && nz !== 0"].concat(
  "nz < 0 === (v === 1)",
  "nz !== 0 && nz < 0 === (v === 1)",
);

// One row for each condition and its opposite.
const BRANCHES = CONDITIONS.flatMap((condition, i) => [
  [`1101${bits(2 * i)}jjjjjjjj`, `if (${condition}) { r[PC] = pc + 4 + ((j << 24) >> 23); spent++; }`],
  [`1101${bits(2 * i + 1)}jjjjjjjj`, `if (!(${condition})) { r[PC] = pc + 4 + ((j << 24) >> 23); spent++; }`],
]);

function bits(number) {
  return number.toString(2).padStart(4, "0");
}

export const INSTRUCTIONS = [
  // shifts by a constant
  ["00000sssssmmmddd", "if (s) c = (r[m] >>> (32 - s)) & 1; nz = r[d] = r[m] << s;"],
  ["00001sssssmmmddd", "c = (r[m] >>> (s ? s - 1 : 31)) & 1; r[d] = s ? r[m] >>> s : 0; nz = r[d];"],
  ["00010sssssmmmddd", "c = (r[m] >>> (s ? s - 1 : 31)) & 1; nz = r[d] = r[m] >> (s || 31);"],

  // sums, differences, constants
  ["0001100mmmnnnddd", "r[d] = add(r[n], r[m], 0);"],
  ["0001101mmmnnnddd", "r[d] = compare(r[n], r[m]);"],
  ["0001110iiinnnddd", "r[d] = add(r[n], i, 0);"],
  ["0001111iiinnnddd", "r[d] = compare(r[n], i);"],
  ["00100dddiiiiiiii", "nz = r[d] = i;"],
  ["00101nnniiiiiiii", "compare(r[n], i);"],
  ["00110dddiiiiiiii", "r[d] = add(r[d], i, 0);"],
  ["00111dddiiiiiiii", "r[d] = compare(r[d], i);"],

  // two registers
  ["0100000000mmmddd", "nz = r[d] &= r[m];"],
  ["0100000001mmmddd", "nz = r[d] ^= r[m];"],
  [
    "0100000010mmmddd",
    `const s = r[m] & 255;
     if (s) { c = s > 32 ? 0 : (r[d] >>> (32 - s)) & 1; r[d] = s > 31 ? 0 : r[d] << s; }
     nz = r[d];`,
  ],
  [
    "0100000011mmmddd",
    `const s = r[m] & 255;
     if (s) { c = s > 32 ? 0 : (r[d] >>> (s - 1)) & 1; r[d] = s > 31 ? 0 : r[d] >>> s; }
     nz = r[d];`,
  ],
  [
    "0100000100mmmddd",
    `const s = r[m] & 255;
     if (s) { c = (r[d] >> Math.min(31, s - 1)) & 1; r[d] >>= Math.min(31, s); }
     nz = r[d];`,
  ],
  ["0100000101mmmddd", "r[d] = add(r[d], r[m], c);"],
  ["0100000110mmmddd", "r[d] = add(r[d], ~r[m], c);"],
  [
    "0100000111mmmddd",
    `const s = r[m] & 255;
     if (s) { r[d] = (r[d] >>> (s & 31)) | (r[d] << (-s & 31)); c = r[d] >>> 31; }
     nz = r[d];`,
  ],
  ["0100001000mmmddd", "nz = r[d] & r[m];"],
  ["0100001001mmmddd", "r[d] = compare(0, r[m]);"],
  ["0100001010mmmddd", "compare(r[d], r[m]);"],
  ["0100001011mmmddd", "add(r[d], r[m], 0);"],
  ["0100001100mmmddd", "nz = r[d] |= r[m];"],
  ["0100001101mmmddd", "nz = r[d] = Math.imul(r[d], r[m]);"],
  ["0100001110mmmddd", "nz = r[d] &= ~r[m];"],
  ["0100001111mmmddd", "nz = r[d] = ~r[m];"],

  // any register
  ["01000100hmmmmddd", "const to = (h << 3) | d; put(to, at(to) + at(m));"],
  ["01000101hmmmmddd", "compare(r[(h << 3) | d], r[m]);"],
  ["01000110hmmmmddd", "put((h << 3) | d, at(m));"],
  ["010001110mmmmxxx", "branch(r[m]); spent++;"],
  ["010001111mmmmxxx", "const to = r[m]; r[LR] = (pc + 2) | 1; r[PC] = to & ~1; spent++;"],

  // memory
  ["01001dddiiiiiiii", "r[d] = read32(((pc + 4) & ~3) + (i << 2));"],
  ["0101000mmmnnnddd", "write32(r[n] + r[m], r[d]);"],
  ["0101001mmmnnnddd", "write16(r[n] + r[m], r[d]);"],
  ["0101010mmmnnnddd", "write8(r[n] + r[m], r[d]);"],
  ["0101011mmmnnnddd", "r[d] = (read8(r[n] + r[m]) << 24) >> 24;"],
  ["0101100mmmnnnddd", "r[d] = read32(r[n] + r[m]);"],
  ["0101101mmmnnnddd", "r[d] = read16(r[n] + r[m]);"],
  ["0101110mmmnnnddd", "r[d] = read8(r[n] + r[m]);"],
  ["0101111mmmnnnddd", "r[d] = (read16(r[n] + r[m]) << 16) >> 16;"],
  ["01100iiiiinnnddd", "write32(r[n] + (i << 2), r[d]);"],
  ["01101iiiiinnnddd", "r[d] = read32(r[n] + (i << 2));"],
  ["01110iiiiinnnddd", "write8(r[n] + i, r[d]);"],
  ["01111iiiiinnnddd", "r[d] = read8(r[n] + i);"],
  ["10000iiiiinnnddd", "write16(r[n] + (i << 1), r[d]);"],
  ["10001iiiiinnnddd", "r[d] = read16(r[n] + (i << 1));"],
  ["10010dddiiiiiiii", "write32(r[SP] + (i << 2), r[d]);"],
  ["10011dddiiiiiiii", "r[d] = read32(r[SP] + (i << 2));"],
  ["11000nnnllllllll", "r[n] = store(r[n], l);"],
  ["11001nnnllllllll", "const end = load(r[n], l); if (!(l & (1 << n))) r[n] = end;"],

  // addresses and the stack
  ["10100dddiiiiiiii", "r[d] = ((pc + 4) & ~3) + (i << 2);"],
  ["10101dddiiiiiiii", "r[d] = r[SP] + (i << 2);"],
  ["101100000iiiiiii", "r[SP] += i << 2;"],
  ["101100001iiiiiii", "r[SP] -= i << 2;"],
  ["10110100llllllll", "r[SP] -= room(l); store(r[SP], l);"],
  ["10110101llllllll", "r[SP] -= room(l) + 4; write32(store(r[SP], l), r[LR]); spent--;"],
  ["10111100llllllll", "r[SP] = load(r[SP], l);"],
  [
    "10111101llllllll",
    "const end = load(r[SP], l); const to = read32(end); r[SP] = end + 4; branch(to); spent++;",
  ],

  // widths
  ["1011001000mmmddd", "r[d] = (r[m] << 16) >> 16;"],
  ["1011001001mmmddd", "r[d] = (r[m] << 24) >> 24;"],
  ["1011001010mmmddd", "r[d] = r[m] & 0xffff;"],
  ["1011001011mmmddd", "r[d] = r[m] & 0xff;"],

  // branches
  ...BRANCHES,
  ["11100jjjjjjjjjjj", "r[PC] = pc + 4 + ((j << 21) >> 20); spent++;"],
  [
    "11110kkkkkkkkkkk",
    `const low = fetch(pc + 2);
     if ((low & 0xd000) === 0xd000) {
       const sign = (k << 21) >> 31;
       const high = ((~((low >>> 13) ^ sign) & 1) << 23) | ((~((low >>> 11) ^ sign) & 1) << 22);
       r[LR] = (pc + 4) | 1;
       r[PC] = pc + 4 + ((sign << 24) | high | ((k & 0x3ff) << 12) | ((low & 0x7ff) << 1));
       spent += 2;
     } else rare(pc);`,
  ],
];
