// What a person prefers on this device: how the page is laid out, never what was answered.

const PREFIX = "preference:";

export function readPreference(name, fallback) {
  try {
    return localStorage.getItem(PREFIX + name) ?? fallback;
  } catch {
    return fallback;
  }
}

export function keepPreference(name, value) {
  try {
    localStorage.setItem(PREFIX + name, value);
  } catch {
    // A browser that keeps nothing starts the next page with the defaults.
  }
}
