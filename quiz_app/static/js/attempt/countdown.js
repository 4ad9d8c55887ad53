// The time left, from what the server said and a clock that no one can set; each acknowledgement puts it right again.

const SHORT_MS = 60000;
const TICK_MS = 250;

// "02:05", "1:02:05": a begun second counts, so that 00:00 means that it is over.
function formatTime(milliseconds) {
  const total = Math.ceil(Math.max(0, milliseconds) / 1000);
  const pad = (value) => String(value).padStart(2, "0");
  const hours = Math.floor(total / 3600);
  const rest = `${pad(Math.floor(total / 60) % 60)}:${pad(total % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}

const findMiddle = ([earliest, latest]) => (earliest + latest) / 2;

// The page said how much time was left when the server made it; this script may have come to run much later.
function measureFirst(timeLeftMs) {
  const [navigation] = performance.getEntriesByType("navigation");
  return [navigation?.requestStart, navigation?.responseStart].map((moment) => (moment || performance.now()) + timeLeftMs);
}

// `marks` are times left, in ms, at which `onMark(mark)` is called once, if they are crossed while the page is open.
export function startCountdown({ timeLeftMs, marks = [], onMark = () => {}, onEnd }) {
  const faces = document.querySelectorAll("[data-time-face]");
  let range = measureFirst(timeLeftMs);
  let endsAt = findMiddle(range);
  let ahead = marks.filter((mark) => mark < timeLeftMs);
  let hasEnded = false;

  const findLeft = () => endsAt - performance.now();

  function tick() {
    const left = findLeft();
    const text = formatTime(left);
    for (const face of faces) if (face.textContent !== text) face.textContent = text;
    document.documentElement.classList.toggle("time-short", left <= SHORT_MS);
    const crossed = ahead.filter((mark) => left <= mark);
    if (crossed.length > 0) {
      ahead = ahead.filter((mark) => left > mark);
      if (left > 0) onMark(Math.min(...crossed));
    }
    if (left <= 0 && !hasEnded) {
      hasEnded = true;
      clearInterval(timer);
      onEnd();
    }
  }

  const timer = setInterval(tick, TICK_MS);
  tick();
  document.addEventListener("visibilitychange", () => hasEnded || tick());

  return {
    findLeft,
    // What the server said in the answer to a request of that moment. The true end lies between two bounds; those of
    // several answers overlap, unless the device slept or the deadline was moved: then only the newest is believed.
    correct(milliseconds, sentAt) {
      if (hasEnded || !Number.isFinite(milliseconds)) return;
      const fresh = [sentAt + milliseconds, performance.now() + milliseconds];
      const both = [Math.max(range[0], fresh[0]), Math.min(range[1], fresh[1])];
      range = both[0] <= both[1] ? both : fresh;
      endsAt = findMiddle(range);
      tick();
    },
    stop: () => {
      hasEnded = true;
      clearInterval(timer);
    },
    isOver: () => hasEnded,
  };
}
