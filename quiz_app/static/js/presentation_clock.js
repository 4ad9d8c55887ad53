// Keeps the clocks of a presentation true. What is left comes from the server, so a wrong clock of this device is no
// matter; without this script the time stands as it was when the page was made.

const seenAt = new WeakMap();

function describe(milliseconds) {
  const seconds = Math.abs(Math.trunc(milliseconds / 1000));
  return `${String(Math.floor(seconds / 60)).padStart(2, "0")}:${String(seconds % 60).padStart(2, "0")}`;
}

function show() {
  for (const clock of document.querySelectorAll("[data-clock-ms]")) {
    if (!seenAt.has(clock)) seenAt.set(clock, performance.now());
    const left = Number(clock.dataset.clockMs) - (performance.now() - seenAt.get(clock));
    const isOver = left < 0;
    const text = (isOver ? "+" : "") + describe(left);
    if (clock.textContent !== text) clock.textContent = text;
    const box = clock.closest(".talk-clock");
    box.dataset.state = isOver ? "over" : left < 60000 ? "short" : "running";
    for (const words of box.querySelectorAll("[data-when]")) words.hidden = (words.dataset.when === "over") !== isOver;
  }
}

show();
setInterval(show, 250);
