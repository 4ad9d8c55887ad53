// How the person likes the page: with or without the time, one question or all. Remembered on this device; never what was
// answered.

import { say } from "./words.js";

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

export function wireOptions({ view }) {
  const time = document.getElementById("toggle-time");
  const layout = document.getElementById("toggle-view");

  // Hidden, it comes back for the last minute (attempt.css): nobody should be surprised by the end.
  function showTime() {
    const isHidden = readPreference("time", "shown") === "hidden";
    document.documentElement.classList.toggle("time-hidden", isHidden);
    time.textContent = say(isHidden ? "showTime" : "hideTime");
  }

  function showView() {
    layout.textContent = say(readPreference("view", "list") === "one" ? "showAll" : "showOne");
    view.arrange();
  }

  time.addEventListener("click", () => {
    keepPreference("time", readPreference("time", "shown") === "hidden" ? "shown" : "hidden");
    showTime();
  });
  layout.addEventListener("click", () => {
    keepPreference("view", readPreference("view", "list") === "one" ? "list" : "one");
    showView();
  });
  showTime();
  showView();
}
