// What the page remembers.  A browser that forbids it costs memory, not the page.

/** storage: "localStorage" or "sessionStorage". */
export function kept(storage, key) {
  try {
    return window[storage].getItem(key);
  } catch {
    return null;
  }
}

/** null forgets. */
export function keep(storage, key, value) {
  try {
    if (value === null) window[storage].removeItem(key);
    else window[storage].setItem(key, value);
  } catch {
    // Remembered until the page is closed by whoever asked.
  }
}
