// The emulated bench: one chip with its surroundings, moved by commands.
//
//   node emulator.mjs BOOTROM IMAGE      commands on standard input, answers on standard output
//
// IMAGE is a .uf2, or a flash image that "flash" saved before.  One JSON object a line in; one out
// for each.  Time stands still between commands, unless "serve" let it run for somebody on the USB
// port.  Every command may carry at_us: then it takes effect at that instant of a later "run".
// commands.mjs lists them.

import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { Chip } from "./chip.mjs";
import { Commands } from "./commands.mjs";
import { Station } from "./station.mjs";

function load(flash, path) {
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

const [romPath, imagePath, missCycles] = process.argv.slice(2);
const rom = readFileSync(romPath);
const station = new Station();
const words = new Uint32Array(rom.buffer.slice(rom.byteOffset, rom.byteOffset + rom.length));
const chip = new Chip(words, (one) => station.wire(one), missCycles ? Number(missCycles) : undefined);
load(chip.flash, imagePath);
const commands = new Commands(chip, station);

for await (const line of createInterface({ input: process.stdin })) {
  let answer;
  try {
    answer = await commands.take(JSON.parse(line));
  } catch (error) {
    answer = { error: String(error.message ?? error), where: error.stack };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
process.exit(0);
