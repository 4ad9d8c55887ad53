// Moves the bars of background jobs on, and loads the page again when one is over. Without this script the page asks
// again by itself (a refresh in its head).

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 8000;

async function ask(element) {
  const response = await fetch(element.dataset.jobUrl, { headers: { Accept: "application/json" }, redirect: "error" });
  if (response.status === 401 || response.status === 404) return { is_over: true };
  if (!response.ok) throw new Error(String(response.status));
  return response.json();
}

function show(element, job) {
  const bar = element.querySelector("progress");
  const text = element.querySelector(".job-text");
  if (bar && typeof job.progress === "number") bar.value = job.progress;
  else if (bar) bar.removeAttribute("value");
  // Written only when it changes: a screen reader says each change.
  if (text && job.text && text.textContent !== job.text) text.textContent = job.text;
}

async function follow(element) {
  let pause = FIRST_PAUSE_MS;
  for (;;) {
    await new Promise((done) => setTimeout(done, pause));
    if (document.hidden) continue;
    try {
      const job = await ask(element);
      show(element, job);
      if (job.is_over) return window.location.reload();
      pause = Math.min(pause * 1.1, LONGEST_PAUSE_MS);
    } catch {
      // The server cannot be reached just now: the work goes on, and the next round asks again.
      pause = LONGEST_PAUSE_MS;
    }
  }
}

for (const element of document.querySelectorAll("[data-job-url]")) follow(element);
