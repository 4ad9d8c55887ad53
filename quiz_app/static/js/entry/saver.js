// Saves the draft: one request at a time, in order, again until the server has acknowledged it.

const TYPING_PAUSE_MS = 1200;
const LONGEST_WAIT_MS = 8000; // somebody who types without a pause is saved all the same
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30000;
const PATIENCE_MS = 20000;
const KEEPALIVE_BYTES = 60000; // browsers send no larger body of a page that is left

export function makeSaver({ url, sequence, isUnsaved, access, keeping, read, onState, onConflict, onClosed }) {
  let saved = isUnsaved ? "" : JSON.stringify(read());
  let [timer, running, failures, dirtySince] = [null, null, 0, 0];
  let isHalted = false; // a person has to decide first

  const isDirty = () => JSON.stringify(read()) !== saved;

  function note() {
    if (!isDirty()) {
      if (!running) keeping.drop();
      return;
    }
    keeping.keep(read(), sequence);
    dirtySince ||= Date.now();
    if (failures === 0 && !running) onState("typing");
    if (isHalted || failures > 0) return;
    const waited = Date.now() - dirtySince;
    plan(Math.max(0, Math.min(TYPING_PAUSE_MS, LONGEST_WAIT_MS - waited)));
  }

  function plan(pause) {
    clearTimeout(timer);
    timer = setTimeout(save, pause);
  }

  // True when the server holds what the page shows.
  function save() {
    clearTimeout(timer);
    if (isHalted) return Promise.resolve(false);
    running ??= run().finally(() => {
      running = null;
    });
    return running;
  }

  async function run() {
    while (isDirty()) {
      const draft = read();
      if (failures === 0) onState("saving");
      const outcome = await send(draft);
      if (outcome === "halt") return false;
      if (outcome === "again") {
        failures += 1;
        onState("waiting");
        const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1));
        plan(longest * (0.5 + Math.random() / 2));
        return false;
      }
      if (outcome === "refused") return false;
    }
    return true;
  }

  async function send(draft) {
    const body = JSON.stringify({ sequence, ...draft });
    const controller = new AbortController();
    const patience = setTimeout(() => controller.abort(), PATIENCE_MS);
    try {
      const response = await fetch(url, {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": access.token() },
        body,
        keepalive: body.length * 3 < KEEPALIVE_BYTES,
        signal: controller.signal,
      });
      const isJson = (response.headers.get("Content-Type") ?? "").includes("json");
      const answer = isJson ? await response.json() : {};
      return response.ok && isJson ? acknowledge(draft, answer) : await refuse(response, answer);
    } catch {
      return "again";
    } finally {
      clearTimeout(patience);
    }
  }

  function acknowledge(draft, answer) {
    [saved, sequence, failures, dirtySince] = [JSON.stringify(draft), answer.sequence, 0, 0];
    if (isDirty()) keeping.keep(read(), sequence);
    else keeping.drop();
    onState("saved", answer.saved_at);
    return "saved";
  }

  async function refuse(response, answer) {
    const { code, message } = answer.error ?? {};
    if (code === "entry_changed") {
      isHalted = true;
      onState("refused");
      onConflict(answer);
      return "halt";
    }
    if (code === "entry_step_refused" || response.status === 404) {
      isHalted = true;
      onState("refused");
      onClosed();
      return "halt";
    }
    if (response.status === 429 || response.status >= 500) return "again";
    // A session that ended or changed hands shows itself in several ways.
    const found = await access.check();
    if (found === "renewed") return "saved";
    if (found === "gone") {
      isHalted = true;
      onState("waiting");
      return "halt";
    }
    onState("refused", message);
    return "refused";
  }

  // After a conflict: what the page shows is to replace what the server holds, which was seen.
  function replace(theirs) {
    sequence = theirs;
    resume();
  }

  function resume() {
    [isHalted, failures, saved] = [false, 0, ""];
    return save();
  }

  function hurry() {
    failures = 0;
    return isDirty() ? save() : Promise.resolve(true);
  }

  return { note, save, hurry, replace, resume, isDirty, isHalted: () => isHalted, sequence: () => sequence };
}
