// Elements, made without ever parsing text: what comes from a message is only ever a text node.
// Knows nothing of stations.

const SVG = "http://www.w3.org/2000/svg";
const drawn = new WeakMap();

/** An HTML element.  Attributes that are false or null are left out; on... are listeners. */
export function h(tag, attributes, ...children) {
  return grow(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
export function s(tag, attributes, ...children) {
  return grow(document.createElementNS(SVG, tag), attributes, children);
}

function grow(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...present(children));
  return node;
}

function present(children) {
  return [children]
    .flat(Infinity)
    .filter((child) => child !== null && child !== undefined && child !== false);
}

/** Replace what node shows, unless the signature says it shows that already. */
export function fill(node, signature, make) {
  if (drawn.get(node) === signature) return false;
  drawn.set(node, signature);
  node.replaceChildren(...present(make()));
  return true;
}

/** Set an attribute only when it differs, so that nothing is repainted or read out in vain. */
export function mark(node, name, value) {
  if (value === false || value === null || value === undefined) {
    if (node.hasAttribute(name)) node.removeAttribute(name);
  } else if (node.getAttribute(name) !== String(value)) {
    node.setAttribute(name, value === true ? "" : String(value));
  }
}

/** Put children in this order, moving only those that are out of place. */
export function order(parent, children) {
  const focused = document.activeElement;
  const held = focused !== null && parent.contains(focused) ? focused : null;
  let at = parent.firstElementChild;
  for (const child of children) {
    if (child !== at && at !== null && child === at.nextElementSibling) {
      at.remove(); // it is the one that moved; its turn comes
      at = child;
    }
    if (child === at) at = at.nextElementSibling;
    else parent.insertBefore(child, at);
  }
  while (at !== null) {
    const next = at.nextElementSibling;
    at.remove();
    at = next;
  }
  if (held !== null && held.isConnected && document.activeElement !== held) {
    held.focus({ preventScroll: true });
  }
}
