// What the browser keeps; where it may keep nothing (a frame of another site), it is forgotten.

/** @returns {string|null} */
export function remembered(storageName, key) {
  try {
    return window[storageName].getItem(`kutip.${key}`);
  } catch {
    return null;
  }
}

export function remember(storageName, key, value) {
  try {
    window[storageName].setItem(`kutip.${key}`, value);
  } catch {
    // Nothing is lost but the convenience.
  }
}
