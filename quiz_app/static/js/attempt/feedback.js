// Practice rounds only: once a choice is saved, whether it was right, and why.

import { drawIcon } from "./icons.js";
import { formatLetter, say } from "./words.js";

export function makeFeedback({ paper, announcer, answers }) {
  const pattern = paper.dataset.feedbackUrl; // absent in every other round
  const waiting = new Set();

  function show(slot, { is_right: isRight, key, explanation, source }) {
    const place = document.getElementById(`feedback-${slot}`);
    const verdict = document.createElement("p");
    verdict.className = `badge-state ${isRight ? "badge-good" : "badge-owed"}`;
    verdict.append(drawIcon(isRight ? "answered" : "wrong"), say(isRight ? "right" : "wrong", { letter: key.map(formatLetter).join(", ") }));
    const texts = [explanation, source && say("source", { source })].filter(Boolean).map((text) => {
      const line = document.createElement("p");
      line.textContent = text;
      return line;
    });
    place.replaceChildren(verdict, ...texts);
    place.hidden = false;
    announcer.announce([verdict.textContent, explanation].filter(Boolean).join(" "));
  }

  async function fetchFor(slot) {
    try {
      const response = await fetch(pattern.replace("/0/", `/${slot}/`), { headers: { Accept: "application/json" } });
      if (response.ok && !waiting.has(slot)) show(slot, await response.json());
    } catch {
      // Without a network the practice goes on without it; the next choice asks again.
    }
  }

  // What stood there speaks of the earlier choice.
  function expect(slot) {
    if (!pattern) return;
    document.getElementById(`feedback-${slot}`).hidden = true;
    waiting.add(slot);
  }

  function refresh() {
    for (const slot of [...waiting].filter((one) => !answers.isUnsent(one))) {
      waiting.delete(slot);
      if (answers.isAnswered(slot)) fetchFor(slot);
    }
  }

  return { expect, refresh };
}
