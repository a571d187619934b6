// Everything on the page is made here or stands in index.html: texts become text nodes, never markup.

/**
 * Make an element. A property that is a function listens to the event it names; one that is null, undefined
 * or false is left out.
 *
 * @param {string} name
 * @param {Record<string, unknown>} [properties]
 * @param {...(Node|string|null|undefined|false)} children
 */
export function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (typeof value === 'function') made.addEventListener(key, value);
    else if (value !== null && value !== undefined && value !== false) {
      made.setAttribute(key, value === true ? '' : String(value));
    }
  }
  made.append(...children.filter((child) => child || child === ''));
  return made;
}

/** @param {string} id */
export function byId(id) {
  return document.getElementById(id);
}

/** A text that only a screen reader reads. */
export function unseen(text) {
  return element('span', { class: 'unseen' }, text);
}
