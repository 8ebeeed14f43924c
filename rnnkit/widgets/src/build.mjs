// @ts-check
/**
 * Bundles every lab (src/[A-Z]*.js) into static/, with its style sheet and its default picture.
 *
 *   node rnnkit/widgets/src/build.mjs                 static/NAME.js (ESM, self-contained), NAME.svg, lab.css
 *   node rnnkit/widgets/src/build.mjs --out DIR       the same, into DIR
 *   node rnnkit/widgets/src/build.mjs --site DIR      classic scripts DIR/NAME.js that fill globalThis.rnnkitLabs, and lab.css
 *
 * Files are written only when their content changes; the same sources give the same bytes.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { markup } from "./lib/svg.js";
import { trainDefault } from "./SineLab.js";

const SRC = dirname(fileURLToPath(import.meta.url));
const PACKAGE = resolve(SRC, "..", "..");
const ROOT = resolve(PACKAGE, "..");

/** @param {string} file @param {string} text */
function write(file, text) {
  let before;
  try {
    before = readFileSync(file, "utf8");
  } catch {
    before = undefined;
  }
  if (before === text) return;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  console.log(`wrote ${file}`);
}

/**
 * Constants of the bundles (see bundled.d.ts): SineLab's Worker as text, and the default run, trained here.
 * @type {Record<string, string>}
 */
const define = {};

/** @param {import("esbuild").BuildOptions} options */
async function bundle(options) {
  const result = await build({
    bundle: true, write: false, minify: true, charset: "utf8", target: "es2022", platform: "browser",
    legalComments: "none", absWorkingDir: ROOT, logLevel: "warning", define, ...options,
  });
  return /** @type {Array<{text: string}>} */ (result.outputFiles)[0].text;
}

const labs = readdirSync(SRC).filter((file) => /^[A-Z]\w*\.js$/.test(file)).map((file) => file.slice(0, -3)).sort();
const flag = (/** @type {string} */ name) => {
  const at = process.argv.indexOf(name);
  if (at < 0) return undefined;
  const value = process.argv[at + 1];
  if (!value) throw new Error(`${name} needs a folder`);
  return resolve(value);
};

define.__SINE_WORKER__ = JSON.stringify(await bundle({ entryPoints: [join(SRC, "lib", "sine-worker.js")], format: "iife" }));
define.__SINE_STORED__ = JSON.stringify(JSON.stringify(trainDefault()));

const site = flag("--site");
const style = readFileSync(join(SRC, "lab.css"), "utf8");
if (site) {
  for (const lab of labs) {
    const contents = `import lab from "./${lab}.js"; (globalThis.rnnkitLabs ??= {}).${lab} = lab;`;
    write(join(site, `${lab}.js`), await bundle({ stdin: { contents, resolveDir: SRC }, format: "iife" }));
  }
  write(join(site, "lab.css"), style);
} else {
  const out = flag("--out") ?? resolve(SRC, "..", "static");
  for (const lab of labs) {
    write(join(out, `${lab}.js`), await bundle({ entryPoints: [join(SRC, `${lab}.js`)], format: "esm" }));
    const module = await import(pathToFileURL(join(SRC, `${lab}.js`)).href);
    write(join(out, `${lab}.svg`), `${markup(module.draw())}\n`);
  }
  write(join(out, "lab.css"), `${readFileSync(join(PACKAGE, "palette.css"), "utf8")}\n${style}`);
}
