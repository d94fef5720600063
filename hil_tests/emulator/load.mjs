// Files of the chip's memories: the boot ROM, and flash as a .uf2 or as "flash" saved it.

import { readFileSync } from "node:fs";

export function romWords(path) {
  const rom = readFileSync(path);
  return new Uint32Array(rom.buffer.slice(rom.byteOffset, rom.byteOffset + rom.length));
}

export function load(flash, path) {
  const data = readFileSync(path);
  if (!path.endsWith(".uf2")) {
    flash.bytes.set(data);
    return;
  }
  for (let at = 0; at + 512 <= data.length; at += 512) {
    const address = data.readUInt32LE(at + 12) - 0x10000000;
    const size = data.readUInt32LE(at + 16);
    flash.bytes.set(data.subarray(at + 32, at + 32 + size), address);
  }
}
