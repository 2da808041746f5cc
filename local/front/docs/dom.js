// Builds elements; texts of the description never become markup, apart from its own few signs.

export function h(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value != null) element.setAttribute(key, value);
  }
  element.append(...children.flat(Infinity).filter((child) => child != null && child !== false));
  return element;
}

// A text with `code`, **strong** and *emphasis*, as the description uses them; blank lines part paragraphs.
export function prose(text) {
  return (text || "").split(/\n\s*\n/).map((part) => h("p", {}, words(part)));
}

export function words(text) {
  return text.split(/(`[^`]+`|\*\*[^*]+\*\*|\*[^*]+\*)/).map((part) => {
    if (part.startsWith("`")) return h("code", {}, part.slice(1, -1));
    if (part.startsWith("**")) return h("strong", {}, part.slice(2, -2));
    if (part.startsWith("*") && part.length > 1) return h("em", {}, part.slice(1, -1));
    return part;
  });
}

export function shown(value) {
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}
