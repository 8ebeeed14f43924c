// One process for a whole build: a JSON request a line in, a JSON answer a line out.
import { createInterface } from "node:readline";
import katex from "katex";

const macros = {};
for await (const line of createInterface({ input: process.stdin })) {
  const { tex, display } = JSON.parse(line);
  let answer;
  try {
    answer = {
      html: katex.renderToString(tex, { displayMode: display, throwOnError: true, strict: "error", macros: { ...macros } }),
    };
  } catch (error) {
    answer = { error: String(error.message ?? error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
