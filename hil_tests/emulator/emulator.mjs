// The emulated bench: one chip with its surroundings, moved by commands.
//
//   node emulator.mjs BOOTROM IMAGE      commands on standard input, answers on standard output
//
// IMAGE is a .uf2, or a flash image that "flash" saved before.  One JSON object a line in; one out
// for each.  Time stands still between commands, unless "serve" let it run for somebody on the USB
// port.  Every command may carry at_us: then it takes effect at that instant of a later "run".
// commands.mjs lists them.

import { createInterface } from "node:readline";
import { Chip } from "./chip.mjs";
import { Commands } from "./commands.mjs";
import { load, romWords } from "./load.mjs";
import { Station } from "./station.mjs";

const [romPath, imagePath, missCycles] = process.argv.slice(2);
const station = new Station();
const chip = new Chip(romWords(romPath), (one) => station.wire(one), missCycles ? Number(missCycles) : undefined);
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
