// Runs one script on MicroPython as WebAssembly:  node wasm.mjs SCRIPT [HEAP_BYTES]
//
// The interpreter sees the tree as the other two do: packages of firmware/ and the repository's root
// importable, and the test vectors under their own path from the working directory.

import { readdirSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const INSTALLED = createRequire(join(ROOT, "build/node/parity/package.json"));
const PACKAGE = "@micropython/micropython-webassembly-pyscript";
// folder in the repository -> where the interpreter finds it
const FOLDERS = {
  "firmware/evse": "/lib/evse",
  "firmware/boards": "/lib/boards",
  protocol: "/lib/protocol",
  "tests/vectors": "/tests/vectors",
  "tests/core": "/tests/core",
};

const [script, heap = String(16 << 20)] = process.argv.slice(2);
const { loadMicroPython } = await import(pathToFileURL(INSTALLED.resolve(PACKAGE)));
const printed = [];
const board = await loadMicroPython({
  heapsize: Number(heap),
  linebuffer: false,
  stdout: (bytes) => printed.push(Buffer.from(bytes)), // one write at the end: far cheaper
  stderr: (bytes) => process.stderr.write(bytes),
});

function copy(from, to) {
  if (statSync(from).isDirectory()) {
    if (from.endsWith("__pycache__")) return;
    board.FS.mkdirTree(to);
    for (const name of readdirSync(from)) copy(join(from, name), join(to, name));
  } else if (/\.(py|json)$/.test(from)) {
    board.FS.writeFile(to, readFileSync(from));
  }
}

for (const [folder, place] of Object.entries(FOLDERS)) {
  const from = join(ROOT, folder);
  if (statSync(from, { throwIfNoEntry: false })) copy(from, place);
}
try {
  board.FS.chdir("/");
  board.runPython(readFileSync(script, "utf8"));
} catch (error) {
  const asked = error.type === "SystemExit" && /SystemExit: (\d+)\s*$/.exec(error.message);
  process.exitCode = asked ? Number(asked[1]) : 1;
  if (!asked) process.stderr.write(`${relative(ROOT, script)}: ${error.message ?? error}\n`);
} finally {
  process.stdout.write(Buffer.concat(printed));
}
