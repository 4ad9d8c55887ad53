// Keeps the times left on a page true. Without this script they stand as they were when the page was loaded.

const words = JSON.parse(document.getElementById("countdown-words").textContent);
const loadedAt = performance.now();

function fill(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

function describe(milliseconds) {
  const total = Math.max(0, Math.floor(milliseconds / 1000));
  const pad = (value) => String(value).padStart(2, "0");
  const days = Math.floor(total / 86400);
  const values = {
    days,
    hours: pad(Math.floor(total / 3600) % 24),
    minutes: pad(Math.floor(total / 60) % 60),
    seconds: pad(total % 60),
  };
  if (days > 0) return fill(days === 1 ? words.day : words.days, values);
  return fill(values.hours === "00" ? words.minutes : words.hours, values);
}

function show() {
  const passed = performance.now() - loadedAt;
  for (const element of document.querySelectorAll("[data-countdown-ms]")) {
    const text = describe(Number(element.dataset.countdownMs) - passed);
    if (element.textContent !== text) element.textContent = text;
  }
}

// A page that waits for an opening says that it loads itself again, and does so once, at a moment of its own: thousands
// of pages that count to the same second must not ask in the same second.
const waiting = document.querySelector("[data-opens-in-ms]");

function open() {
  if (performance.now() - loadedAt < Number(waiting.dataset.opensInMs)) return;
  clearInterval(opening);
  setTimeout(() => window.location.reload(), 500 + Math.random() * (Number(waiting.dataset.spreadMs) - 500));
}

if (waiting) waiting.hidden = false;
const opening = waiting ? setInterval(open, 500) : null;
setInterval(show, 1000);
