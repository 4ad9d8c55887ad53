// Sends the journal. An entry leaves it only when the server's acknowledgement names its number, or a later one.

import { readAnswer, toBody } from "./message.js";

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 8000;
const HURRIED_PAUSE_MS = 1000; // near the end of the time
const PATIENCE_MS = 10000; // a request that has not come back by then is sent again
const SLOW_MS = 4000; // and this is when the person is told that it is slow
const MOST_ENTRIES = 100;

export function makeSender({ url, journal, access, isHurried, onState, onAnswer, onClosed }) {
  let running = null;
  let timer = null;
  let [controller, failures, pauseAsked] = [null, 0, 0];
  let limit = MOST_ENTRIES;
  let isOver = false;

  // One request at a time; what is chosen meanwhile goes with the next.
  function send() {
    clearTimeout(timer);
    running ??= run().finally(() => {
      running = null;
    });
    return running;
  }

  // True when the server holds everything.
  async function run() {
    let hasSent = false;
    for (let entries = journal.list(); entries.length > 0 && !isOver; entries = journal.list()) {
      if (failures === 0) onState("saving");
      const outcome = await post(entries.slice(0, limit));
      if (outcome === "stop") return false;
      if (outcome === "again") {
        failures += 1;
        onState("waiting");
        timer = setTimeout(send, choosePause());
        return false;
      }
      failures = 0;
      hasSent = true;
    }
    limit = MOST_ENTRIES;
    if (hasSent && !isOver) onState("saved");
    return !isOver;
  }

  // Full jitter: thousands of pages that lost the same server must not come back to it in the same second.
  function choosePause() {
    const longest = isHurried() ? HURRIED_PAUSE_MS : Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1));
    return Math.max(pauseAsked, Math.random() * longest);
  }

  async function request(entries) {
    controller = new AbortController();
    const sentAt = performance.now();
    const patience = setTimeout(() => controller.abort(), PATIENCE_MS);
    try {
      const response = await fetch(url, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": access.token() },
        referrerPolicy: "origin", // all that is needed to show where it comes from
        body: toBody(entries),
        keepalive: true, // a save goes on when its page is left
        signal: controller.signal,
      });
      const type = response.headers.get("Content-Type") ?? "";
      return { response, sentAt, answer: type.includes("json") ? await response.json() : {} };
    } finally {
      clearTimeout(patience);
    }
  }

  async function post(entries) {
    const slow = setTimeout(() => onState("waiting"), SLOW_MS);
    pauseAsked = 0;
    try {
      const { response, answer, sentAt } = await request(entries);
      return response.ok ? acknowledge(entries, answer, sentAt) : await refuse(entries, response, answer);
    } catch {
      return "again";
    } finally {
      clearTimeout(slow);
    }
  }

  function acknowledge(entries, answer, sentAt) {
    const kept = readAnswer(answer);
    let isAllKept = true;
    for (const { name, sequence } of entries) {
      const isKept = kept.get(name)?.sequence >= sequence;
      if (isKept) journal.drop(name, kept.get(name).sequence);
      isAllKept &&= isKept;
    }
    onAnswer(kept, answer.time_left_ms, sentAt);
    return isAllKept ? "saved" : "again";
  }

  async function refuse(entries, response, answer) {
    const { code, message } = answer.error ?? {};
    if (code === "attempt_closed") {
      isOver = true;
      journal.clear();
      onClosed({ received: answer.received ?? answer.error.received, lateCount: entries.length });
      return "stop";
    }
    if (code === "unknown_choice") {
      // The server will never take it, and beside it nothing else: one by one the culprit is found and left out.
      if (entries.length === 1) journal.drop(entries[0].name, entries[0].sequence);
      limit = 1;
      return "saved";
    }
    if (response.status === 429 || response.status >= 500) {
      pauseAsked = 1000 * Number(response.headers.get("Retry-After") ?? 0) || 0;
      return "again";
    }
    // Everything else may come from a session that ended or changed hands while the page was open.
    const found = await access.check();
    if (found === "renewed") return "saved";
    if (found === "gone") {
      onState("signedOut");
      return "stop";
    }
    onState("refused", message);
    return "again";
  }

  // Asks what the server holds, without changing it: after sleep, and when the page is looked at again.
  async function ask(entry) {
    if (running || isOver) return send();
    try {
      const { response, answer, sentAt } = await request([entry]);
      if (response.ok) onAnswer(readAnswer(answer), answer.time_left_ms, sentAt);
      else await refuse([], response, answer);
      return response.ok;
    } catch {
      return false;
    }
  }

  // The network is back: what hangs in the old one is given up.
  function hurry() {
    failures = 0;
    if (running) controller?.abort();
    return Promise.resolve(running).then(send);
  }

  return { send, ask, hurry };
}
