// The emulator's package, from where .ci/node-packages put it.

import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = dirname(fileURLToPath(import.meta.url));
const INSTALLED = createRequire(join(HERE, "../../build/node/emulator/package.json"));
export const { BasePeripheral, ConsoleLogger, LogLevel, RP2040, USBCDC } = INSTALLED("rp2040js");
