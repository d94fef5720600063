// Says what the AsyncAPI project's own parser finds wrong with a document:  node asyncapi.mjs FILE
// Errors and warnings both count, and so does an example that its own schema refuses: exit 1.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const installed = createRequire(join(ROOT, "build/node/tools/package.json"));
const { Parser } = installed("@asyncapi/parser");
const { default: Ajv } = installed("ajv");
const SEVERITY = ["error", "warning", "information", "hint"];

const [file] = process.argv.slice(2);
const { document, diagnostics } = await new Parser().parse(readFileSync(file, "utf8"));
const wrong = diagnostics.filter((found) => found.severity < 2);
for (const { severity, path, range, code, message } of wrong) {
  const where = `${file}:${range.start.line + 1}:${range.start.character + 1}`;
  console.log(`${where}: ${SEVERITY[severity]}: ${message} [${code}] at ${path.join(".") || "/"}`);
}
let bad = wrong.length;
let examples = 0;
for (const message of document?.messages().all() ?? []) {
  const schema = new Ajv({ strict: false, allErrors: true });
  const fits = message.hasPayload() ? schema.compile(message.payload().json()) : () => true;
  for (const example of message.examples().all()) {
    examples += 1;
    if (fits(example.payload())) continue;
    bad += 1;
    console.log(`${file}: error: example of ${message.id()}: ${schema.errorsText(fits.errors)}`);
  }
}
if (document && bad === 0) {
  const operations = document.operations().all().length;
  const messages = document.messages().all().length;
  const counted = `${operations} operations, ${messages} messages, ${examples} examples`;
  console.log(`asyncapi ${document.version()}: ${counted}, valid`);
} else {
  process.exitCode = 1;
}
