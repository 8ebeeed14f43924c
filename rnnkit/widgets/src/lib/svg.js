// @ts-check
/**
 * SVG as plain data: one tree that becomes markup under Node (the default pictures)
 * and is patched into the page in the browser (the live ones).
 */

/** @typedef {{tag: string, attrs: Record<string, string | number>, children: Array<VNode | string>}} VNode */

const NAMESPACE = "http://www.w3.org/2000/svg";

/**
 * A node of the tree. Attributes that are `undefined`, `null` or `false` are left out.
 * @param {string} tag
 * @param {Record<string, string | number | boolean | null | undefined>} [attrs]
 * @param {...(VNode | string | null | undefined | false | Array<VNode | string | null | undefined | false>)} children
 * @returns {VNode}
 */
export function h(tag, attrs = {}, ...children) {
  /** @type {Record<string, string | number>} */
  const kept = {};
  for (const [name, value] of Object.entries(attrs)) {
    if (value === undefined || value === null || value === false) continue;
    kept[name] = value === true ? "" : value;
  }
  /** @type {Array<VNode | string>} */
  const flat = [];
  for (const child of children.flat()) {
    if (child !== undefined && child !== null && child !== false) flat.push(child);
  }
  return { tag, attrs: kept, children: flat };
}

/** @param {string} text */
const escape = (text) =>
  text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");

/**
 * The tree as SVG text.
 * @param {VNode | string} node
 * @returns {string}
 */
export function markup(node) {
  if (typeof node === "string") return escape(node);
  const attrs = Object.entries(node.attrs)
    .map(([name, value]) => ` ${name}="${escape(String(value))}"`)
    .join("");
  const inside = node.children.map(markup).join("");
  return inside ? `<${node.tag}${attrs}>${inside}</${node.tag}>` : `<${node.tag}${attrs}/>`;
}

/**
 * @param {VNode | string} node
 * @param {Document} doc
 * @returns {Node}
 */
function create(node, doc) {
  if (typeof node === "string") return doc.createTextNode(node);
  const element = doc.createElementNS(NAMESPACE, node.tag);
  for (const [name, value] of Object.entries(node.attrs)) element.setAttribute(name, String(value));
  for (const child of node.children) element.appendChild(create(child, doc));
  return element;
}

/**
 * @param {Node} target
 * @param {VNode | string} before
 * @param {VNode | string} after
 */
function patch(target, before, after) {
  if (before === after) return;
  if (typeof before === "string" || typeof after === "string" || before.tag !== after.tag) {
    if (typeof before === "string" && typeof after === "string") target.nodeValue = after;
    else target.parentNode?.replaceChild(create(after, /** @type {Document} */ (target.ownerDocument)), target);
    return;
  }
  const element = /** @type {Element} */ (target);
  for (const name of Object.keys(before.attrs)) {
    if (!(name in after.attrs)) element.removeAttribute(name);
  }
  for (const [name, value] of Object.entries(after.attrs)) {
    if (before.attrs[name] !== value) element.setAttribute(name, String(value));
  }
  const shared = Math.min(before.children.length, after.children.length);
  for (let i = 0; i < shared; i++) patch(element.childNodes[i], before.children[i], after.children[i]);
  for (let i = before.children.length; i > shared; i--) element.removeChild(element.childNodes[i - 1]);
  for (let i = shared; i < after.children.length; i++) {
    element.appendChild(create(after.children[i], element.ownerDocument));
  }
}

/** @type {WeakMap<Element, VNode>} */
const painted = new WeakMap();

/**
 * Shows `node` as the only child of `host`; a second call changes only what differs.
 * @param {Element} host
 * @param {VNode} node
 */
export function paint(host, node) {
  const before = painted.get(host);
  if (before && host.firstChild) patch(host.firstChild, before, node);
  else host.replaceChildren(create(node, host.ownerDocument));
  painted.set(host, node);
}
