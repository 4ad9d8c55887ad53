// The page of a system that is full. Counts the seconds down; then opens the page that was asked for, or lets the button
// be pressed. Without this script a page opens by itself too, and the button can be pressed at once.

const JITTER_MS = 1500; // those who were told the same second do not come in the same moment
const number = document.querySelector("[data-waiting-seconds]");
const button = document.querySelector("form button");
const reloads = document.getElementById("waiting").dataset.reloads === "yes";
const seconds = Number(number.dataset.waitingSeconds);
const endsAt = performance.now() + 1000 * seconds;

function show() {
  const left = Math.max(0, Math.ceil((endsAt - performance.now()) / 1000));
  if (number.textContent !== String(left)) number.textContent = String(left);
  if (left > 0) return;
  clearInterval(timer);
  if (button) button.disabled = false;
  if (reloads) setTimeout(() => window.location.reload(), Math.random() * JITTER_MS);
}

if (button) button.disabled = true;
const timer = setInterval(show, 250);

// A page that comes back out of the browser's memory counts from where it was.
window.addEventListener("pageshow", show);
