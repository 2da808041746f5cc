// Makes elements and brings a container up to date in place, so that focus, selection and scroll position stay.
// Data only ever becomes text nodes and attribute values; nothing is parsed as HTML.

const LISTENERS = Symbol("listeners");
// Set as properties, because the attribute is only where they begin.
const PROPERTIES = ["value", "checked", "disabled", "open", "indeterminate"];

/**
 * An element. `props`: attributes; `class`, `data-...`; `on` {event: function}; `key` (who it is among its siblings);
 * properties of PROPERTIES. Null, undefined and false leave an attribute away, true writes it without a value.
 * `children`: nodes, texts, numbers, arrays of them; null, undefined and false are nothing.
 */
export function h(tag, props = {}, ...children) {
  const [name, ...classes] = tag.split(".");
  return fill(document.createElement(name), { ...props, class: [...classes, props?.class].filter(Boolean).join(" ") || null }, children);
}

/** An SVG icon of the page's own drawing; decorative, so hidden from screen readers. */
export function icon(name) {
  const paths = ICONS[name] ?? ICONS.info;
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [attribute, value] of Object.entries({ viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true", focusable: "false" })) {
    svg.setAttribute(attribute, value);
  }
  svg.$key = `icon-${name}`;
  for (const d of paths) {
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}

const ICONS = {
  check: ["M5 13l4.5 4.5L19.5 7"],
  clock: ["M12 3.5a8.5 8.5 0 100 17 8.5 8.5 0 000-17z", "M12 7.5V12l3 2"],
  cross: ["M6 6l12 12M18 6L6 18"],
  down: ["M12 5v13.5M6 12.5l6 6 6-6"],
  download: ["M12 4v11M7 10.5l5 5 5-5", "M5 19.5h14"],
  info: ["M12 3.5a8.5 8.5 0 100 17 8.5 8.5 0 000-17z", "M12 11v5.5M12 7.6v.2"],
  leave: ["M12 3.5a8.5 8.5 0 100 17 8.5 8.5 0 000-17z", "M8 12h8"],
  pause: ["M12 3.5a8.5 8.5 0 100 17 8.5 8.5 0 000-17z", "M10 9v6M14 9v6"],
  star: ["M12 4l2.5 5.1 5.6.8-4 4 .9 5.6-5-2.7-5 2.7.9-5.6-4-4 5.6-.8z"],
  sync: ["M19 8a7.5 7.5 0 00-13.5-.5L4 9.5M4 4.5v5h5", "M5 16a7.5 7.5 0 0013.5.5l1.5-2M20 19.5v-5h-5"],
  up: ["M12 19V5.5M6 11.5l6-6 6 6"],
  warning: ["M12 4L2.8 19.5h18.4z", "M12 10v4.5M12 17v.2"],
  out: ["M13 5h6v6M19 5l-9 9", "M16 14v5H5V8h5"],
  lock: ["M6 11h12v9H6z", "M8.5 11V8a3.5 3.5 0 017 0v3"],
  search: ["M10.5 4a6.5 6.5 0 100 13 6.5 6.5 0 000-13z", "M15.5 15.5L20 20"],
  remove: ["M5 7h14M10 7V4.5h4V7M7 7l1 12.5h8L17 7"],
};

function fill(element, props, children) {
  for (const [name, value] of Object.entries(props)) {
    if (name === "on") listen(element, value);
    else if (name === "key") element.$key = value;
    else if (PROPERTIES.includes(name)) setProperty(element, name, value);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...nodes(children));
  // A select's value can only be set when its options are there.
  if (element.localName === "select" && props.value !== undefined) element.value = props.value;
  return element;
}

function setProperty(element, name, value) {
  (element.$props ??= {})[name] = value;
  if (name === "open" && element.localName === "dialog") return;
  element[name] = value ?? (name === "value" ? "" : false);
}

/** Children as `h` takes them, as a flat list of nodes. */
export function nodes(children) {
  return [children].flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false && child !== "")
    .map((child) => (child instanceof Node ? child : document.createTextNode(String(child))));
}

function listen(element, handlers) {
  const known = (element[LISTENERS] ??= {});
  for (const type of Object.keys(handlers)) {
    if (!(type in known)) element.addEventListener(type, (event) => element[LISTENERS][type]?.call(element, event));
  }
  element[LISTENERS] = { ...Object.fromEntries(Object.keys(known).map((type) => [type, null])), ...handlers };
}

/** Make a container's content equal to `children`, changing as little as can be. */
export function update(container, ...children) {
  reconcile(container, nodes(children));
}

/** A part of the page that draws itself: `mount(container, () => children)` draws now and at each `redraw()`. */
export function mount(container, draw) {
  const redraw = () => update(container, draw());
  redraw();
  return redraw;
}

function reconcile(parent, wanted) {
  const keyed = new Map([...parent.childNodes].filter((node) => node.$key !== undefined).map((node) => [node.$key, node]));
  let at = parent.firstChild;
  for (const next of wanted) {
    let old = next.$key !== undefined ? keyed.get(next.$key) : at;
    while (next.$key === undefined && old && old.$key !== undefined) old = old.nextSibling;
    if (old && alike(old, next)) {
      if (old === at) at = at.nextSibling;
      else parent.insertBefore(old, at);
      keyed.delete(old.$key);
      adopt(old, next);
    } else {
      parent.insertBefore(next, at);
    }
  }
  while (at) {
    const following = at.nextSibling;
    at.remove();
    at = following;
  }
}

function alike(old, next) {
  return old === next || (old.nodeType === next.nodeType && old.nodeName === next.nodeName && old.$key === next.$key && !old.$own);
}

function adopt(old, next) {
  if (old === next) return;
  if (old.nodeType === Node.TEXT_NODE) {
    if (old.data !== next.data) old.data = next.data;
    return;
  }
  for (const { name } of [...old.attributes]) if (!next.hasAttribute(name) && name !== "open") old.removeAttribute(name);
  for (const { name, value } of next.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  listen(old, next[LISTENERS] ?? {});
  reconcile(old, [...next.childNodes]);
  for (const [name, value] of Object.entries(next.$props ?? {})) {
    const text = value ?? (name === "value" ? "" : false);
    if (old[name] !== text) old[name] = text;
  }
  old.$props = next.$props;
}

/** An id that nothing else on the page has. */
export function freshId(prefix) {
  return `${prefix}-${(counter += 1)}`;
}
let counter = 0;
