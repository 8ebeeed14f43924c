// @ts-check
/**
 * The card around every lab: question, controls, picture, numbers, one live sentence, presets, reset, copy.
 * A lab gives its fields, its controls and a pure `view(state, width)`; this module does the rest.
 *
 * The front-end model is anywidget's (get, set, on, off, save_changes). On the site the loader marks the mount
 * with `data-host="site"`; only then is the URL hash read and written.
 */
import { asPython, decode, encode } from "./hash.js";
import { button, make } from "./controls.js";
import { paint } from "./svg.js";

/** @typedef {import("./svg.js").VNode} VNode */
/** @typedef {import("./hash.js").State} State */
/** @typedef {import("./hash.js").Fields} Fields */
/**
 * @typedef {{get: (name: string) => any, set: (name: string, value: any) => void, save_changes: () => void,
 *            on: (event: string, callback: () => void) => void, off: (event: string, callback: () => void) => void}} Model
 */
/** @typedef {{name: string, label: string, symbol: string, value: number, text: string}} Shown a number: its handle, words, symbol, exact value, text */
/**
 * What a state looks like. `note`: a standing remark below the numbers; `line`: a row of monospaced text.
 * @typedef {{picture: VNode, now: string, numbers: Shown[], note?: string, line?: string}} View
 */
/** @typedef {{change: (patch: State) => void, refresh: () => void, signal: AbortSignal, id: (part: string) => string}} Tools */
/**
 * @typedef {{name: string, question: string, advice: string, fields: Fields,
 *            presets: Array<{label: string, state: State}>,
 *            controls: (tools: Tools) => {elements: HTMLElement[], set: (state: State) => void},
 *            view: (state: State, width: number) => View}} Spec
 */

/** The width a chart is drawn at before the page has told its own, and under Node. */
export const DEFAULT_WIDTH = 720;
const QUIET_MS = 500;
/** The card's padding and border in px, for the first guess at the picture's width. */
const PADDING = 21;
const HASH_MS = 150;

/**
 * Builds the lab into `el` and keeps it in step with the model. Returns the clean-up.
 * @param {{model: Model, el: HTMLElement}} host
 * @param {Spec} spec
 * @returns {() => void}
 */
export function openLab({ model, el }, spec) {
  const keys = Object.keys(spec.fields);
  const stop = new AbortController();
  const { signal } = stop;
  const onSite = el.dataset.host === "site";
  const address = onSite ? hashName(el, spec.name) : spec.name;
  const prefix = freeId(`rnn-${spec.name}`);
  const id = (/** @type {string} */ part) => `${prefix}-${part}`;

  /** @returns {State} */
  const read = () => Object.fromEntries(keys.map((key) => [key, model.get(key)]));
  const initial = read();
  /** @type {State | undefined} */
  let shown;
  let width = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let speaking;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let linking;

  const notice = make("p", { class: "rnn-lab-notice", role: "status" });
  const picture = make("div", { class: "rnn-lab-picture" });
  const numbers = make("dl", { class: "rnn-lab-numbers" });
  const line = make("p", { class: "rnn-lab-line" });
  const now = make("p", { class: "rnn-lab-now", "aria-hidden": "true" });
  const live = make("p", { class: "rnn-lab-live", "aria-live": "polite" });
  const note = make("p", { class: "rnn-lab-note" });
  const said = make("span", { class: "rnn-lab-said", role: "status" });
  /** @type {Map<string, HTMLElement>} */
  const cells = new Map();

  /** @param {HTMLElement} element @param {string} text */
  const write = (element, text) => {
    if (element.textContent !== text) element.textContent = text;
    element.hidden = text === "";
  };
  /** @param {Shown[]} list */
  const showNumbers = (list) => {
    for (const { name, label, symbol, value, text } of list) {
      let cell = cells.get(name);
      if (!cell) {
        cell = make("dd", { "data-name": name });
        const symbolElement = make("span", { class: "rnn-lab-symbol" }, symbol);
        numbers.append(make("div", {}, make("dt", {}, `${label} `, symbolElement), cell));
        cells.set(name, cell);
      }
      if (cell.textContent !== text) cell.textContent = text;
      cell.dataset.value = String(value);
    }
  };
  const draw = () => {
    const state = /** @type {State} */ (shown);
    const view = spec.view(state, width || DEFAULT_WIDTH);
    paint(picture, view.picture);
    showNumbers(view.numbers);
    write(line, view.line ?? "");
    write(note, view.note ?? "");
    write(now, view.now);
    clearTimeout(speaking);
    const speak = () => { if (live.textContent !== view.now) live.textContent = view.now; };
    if (live.isConnected) speaking = setTimeout(speak, QUIET_MS);
    else speak(); // the first sentence is there to be read, not announced
  };
  const update = () => {
    const state = read();
    const before = shown;
    controls.set(state); // unchanged too: a refused value still stands in its field
    if (before && keys.every((key) => Object.is(before[key], state[key]))) return;
    shown = state;
    draw();
  };
  const writeHash = () => {
    if (!onSite) return;
    clearTimeout(linking);
    linking = setTimeout(() => {
      history.replaceState(history.state, "", `#${encode(address, read())}`);
    }, HASH_MS);
  };
  /** @param {State} patch */
  const change = (patch) => {
    for (const [key, value] of Object.entries(patch)) model.set(key, value);
    model.save_changes();
    update();
    write(notice, "");
    write(said, "");
    writeHash();
  };
  const controls = spec.controls({ change, refresh: draw, signal, id });

  const link = () => `${location.href.split("#")[0]}#${encode(address, read())}`;
  const copy = async () => {
    const text = onSite ? link() : asPython(spec.name, read());
    try {
      await navigator.clipboard.writeText(text);
      write(said, "Copied.");
    } catch {
      write(said, `Copy it from here: ${text}`);
    }
  };
  const actions = make(
    "div", { class: "rnn-lab-actions" },
    make(
      "div", { class: "rnn-lab-presets", role: "group", "aria-label": "Presets" },
      ...spec.presets.map((preset, i) =>
        button({ label: preset.label, signal, action: `preset-${i + 1}`, onClick: () => change(preset.state) })),
    ),
    make(
      "div", { class: "rnn-lab-own" },
      button({ label: "Reset", signal, action: "reset", onClick: () => change(initial) }),
      button({ label: onSite ? "Copy link" : "Copy code", signal, action: "copy", onClick: () => { void copy(); } }),
    ),
    said,
  );
  const root = make(
    "section", { class: "rnn-lab", "data-lab": spec.name, "aria-labelledby": id("question") },
    make("p", { class: "rnn-lab-question", id: id("question") }, spec.question),
    make("p", { class: "rnn-lab-advice" }, spec.advice),
    notice,
    make("div", { class: "rnn-lab-controls" }, ...controls.elements),
    picture, numbers, line, now, live, note, actions,
  );
  // JupyterLab gives the arrow keys to the notebook unless the focused element itself says otherwise.
  for (const control of root.querySelectorAll("input, button, select, [tabindex]")) {
    control.setAttribute("data-lm-suppress-shortcuts", "true");
  }
  write(notice, "");
  write(said, "");

  /** @returns {boolean} whether the hash was this lab's */
  const followHash = () => {
    const asked = decode(address, location.hash, spec.fields);
    if (!asked) return false;
    const next = { ...initial, ...asked.state };
    if (keys.some((key) => !Object.is(next[key], model.get(key)))) {
      for (const key of keys) model.set(key, next[key]);
      model.save_changes();
    }
    update();
    write(notice, asked.problem ? `The link cannot be followed: ${asked.problem}. The lab shows its own start instead.` : "");
    root.scrollIntoView({ block: "start" });
    return true;
  };

  const events = keys.map((key) => `change:${key}`);
  for (const event of events) model.on(event, update);
  width = el.clientWidth && Math.max(0, el.clientWidth - 2 * PADDING);
  update();
  el.replaceChildren(root);
  if (onSite) {
    followHash();
    addEventListener("hashchange", followHash, { signal });
  }
  const watcher = new ResizeObserver(() => {
    if (picture.clientWidth === width || picture.clientWidth === 0) return;
    width = picture.clientWidth;
    draw();
  });
  watcher.observe(picture);

  return () => {
    stop.abort();
    watcher.disconnect();
    clearTimeout(speaking);
    clearTimeout(linking);
    for (const event of events) model.off(event, update);
    root.remove();
  };
}

/**
 * The lab's name in the hash: the second mount of a lab on a page is `Name-2`.
 * @param {HTMLElement} el
 * @param {string} name
 */
function hashName(el, name) {
  const places = [...document.querySelectorAll(`[data-mount="${name}"]`)];
  const place = places.findIndex((mount) => mount.contains(el));
  return place > 0 ? `${name}-${place + 1}` : name;
}

/** An id prefix that no lab on this page has. @param {string} wanted */
function freeId(wanted) {
  let n = 1;
  while (document.getElementById(`${wanted}-${n}-question`)) n += 1;
  return `${wanted}-${n}`;
}
