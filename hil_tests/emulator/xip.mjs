// What the stock emulator leaves out of time: code and data in flash come through a 16 kB cache, and
// a miss holds the core while the serial flash is read.
//
// Two ways, 8-byte lines (RP2040 datasheet 2.6.3).  A miss is one continuous-read frame at half the
// system clock: 8 clocks of address and mode, 4 to turn round, 16 for 8 bytes, at 2 cycles each, and
// about 8 cycles on the bus: 64.  Which way is replaced is not documented; here the older one.

import { BasePeripheral } from "./package.mjs";

const SETS = 1024;
export const MISS_CYCLES = 64;

export class XipCache extends BasePeripheral {
  constructor(chip, missCycles = MISS_CYCLES) {
    super(chip, "XIP_CTRL");
    this.missCycles = missCycles;
    this.tags = new Int32Array(2 * SETS);
    this.older = new Uint8Array(SETS);
    this.misses = 0;
    this.flush();
  }

  flush() {
    this.tags.fill(-1);
  }

  // What fetching this address costs, in cycles.
  touch(address) {
    const line = (address & 0xffffff) >>> 3;
    const set = line & (SETS - 1);
    if (this.tags[2 * set] === line) {
      this.older[set] = 1;
      return 0;
    }
    if (this.tags[2 * set + 1] === line) {
      this.older[set] = 0;
      return 0;
    }
    const way = this.older[set];
    this.tags[2 * set + way] = line;
    this.older[set] = 1 - way;
    this.misses++;
    return this.missCycles;
  }

  readUint32(offset) {
    return offset === 0x00 ? 3 : offset === 0x08 ? 2 : 0; // CTRL: enabled; STAT: flush is done
  }

  writeUint32(offset) {
    if (offset === 0x04) this.flush();
  }
}
