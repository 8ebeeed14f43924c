// @ts-check
/**
 * Native controls of a lab. Each returns its element and `set(value)`, which shows a value and
 * calls nobody. Listeners hang on `signal`: aborting it removes them all.
 */

/** @typedef {import("./hash.js").Field} Field */

/**
 * An HTML element. `text` fills it; children are appended; attributes that are `undefined` or `false` are left out.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, string | number | boolean | undefined>} [attrs]
 * @param {...(Node | string | undefined | false)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function make(tag, attrs = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attrs)) {
    if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children) if (child !== undefined && child !== false) element.append(child);
  return element;
}

/**
 * A label in words, a symbol, a slider and a typed value; an error in words below when what was typed is not allowed.
 * @param {{id: string, name: string, label: string, symbol: string, field: Field, signal: AbortSignal,
 *          positions: [number, number], toValue: (position: number) => number, toPosition: (value: number) => number,
 *          page?: number, onChange: (value: number) => void}} options
 *   `positions`: the slider's own integers, one a key press; `toValue` and `toPosition` map them to the value;
 *   `page`: positions per PageUp and PageDown.
 */
export function slider({ id, name, label, symbol, field, signal, positions, toValue, toPosition, page = 10, onChange }) {
  const range = make("input", {
    type: "range", id, min: positions[0], max: positions[1], step: 1, "data-control": name,
  });
  const typed = make("input", {
    type: "text", id: `${id}-typed`, autocomplete: "off", spellcheck: "false", "data-typed": name,
    "aria-label": `${label}, typed`, "aria-describedby": `${id}-error`,
  });
  const error = make("p", { id: `${id}-error`, class: "rnn-lab-error", role: "alert" });
  const element = make(
    "div", { class: "rnn-lab-control" },
    make("label", { for: id }, `${label} `, make("span", { class: "rnn-lab-symbol" }, symbol)),
    make("div", { class: "rnn-lab-row" }, range, typed),
    error,
  );
  let shown = NaN;

  /** @param {string} [message] */
  const complain = (message = "") => {
    if (error.textContent !== message) error.textContent = message;
    if (message) typed.setAttribute("aria-invalid", "true");
    else typed.removeAttribute("aria-invalid");
  };
  /** @param {number} value */
  const set = (value) => {
    const text = String(value).replace("-", "−");
    if (value !== shown) range.value = String(Math.round(toPosition(value)));
    if (typed.value !== text) typed.value = text;
    range.setAttribute("aria-valuetext", text);
    shown = value;
    complain();
  };
  const take = () => {
    const value = field.parse(typed.value);
    if (typeof value === "number") onChange(value);
    else complain(`${label}: “${typed.value.slice(0, 40)}” is not ${field.allowed}. It stays ${String(shown).replace("-", "−")}.`);
    if (typeof value === "number") set(value);
  };
  range.addEventListener("input", () => onChange(toValue(Number(range.value))), { signal });
  range.addEventListener("keydown", (event) => {
    const step = event.key === "PageUp" ? page : event.key === "PageDown" ? -page : 0;
    if (!step) return;
    event.preventDefault();
    const next = Math.min(positions[1], Math.max(positions[0], Number(range.value) + step));
    onChange(toValue(next));
  }, { signal });
  typed.addEventListener("change", take, { signal });
  typed.addEventListener("keydown", (event) => {
    if (event.key === "Escape") set(shown);
  }, { signal });
  return { element, set };
}

/**
 * A short list of words of which one is chosen: native radio buttons in a fieldset.
 * @param {{id: string, name: string, label: string, options: Array<{value: string, label: string}>, signal: AbortSignal,
 *          onChange: (value: string) => void}} options
 */
export function choice({ id, name, label, options, signal, onChange }) {
  /** @type {Map<string, HTMLInputElement>} */
  const inputs = new Map();
  const element = make("fieldset", { class: "rnn-lab-control rnn-lab-choice" }, make("legend", {}, label));
  const row = make("div", { class: "rnn-lab-row" });
  for (const option of options) {
    const input = make("input", { type: "radio", id: `${id}-${option.value}`, name: id, value: option.value, "data-control": name });
    input.addEventListener("change", () => onChange(option.value), { signal });
    inputs.set(option.value, input);
    row.append(make("label", { for: `${id}-${option.value}` }, input, make("span", {}, option.label)));
  }
  element.append(row);
  /** @param {string} value */
  const set = (value) => {
    const input = inputs.get(value);
    if (input) input.checked = true;
  };
  return { element, set };
}

/**
 * A native button.
 * @param {{label: string, signal: AbortSignal, onClick: () => void, action?: string}} options `action`: its `data-action`
 */
export function button({ label, signal, onClick, action }) {
  const element = make("button", { type: "button", "data-action": action }, label);
  element.addEventListener("click", onClick, { signal });
  return element;
}
