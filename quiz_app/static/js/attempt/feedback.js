// Practice rounds only: once an answer is saved, whether it was right, and why. The server writes the lines.

export function makeFeedback({ paper, announcer, answers }) {
  const pattern = paper.dataset.feedbackUrl; // absent in every other round
  const waiting = new Set();

  function show(slot, lines) {
    const place = document.getElementById(`feedback-${slot}`);
    place.innerHTML = lines;
    place.hidden = false;
    announcer.announce(place.textContent.replace(/\s+/g, " ").trim());
  }

  async function fetchFor(slot) {
    try {
      const response = await fetch(pattern.replace("/0/", `/${slot}/`));
      if (response.ok && !waiting.has(slot)) show(slot, await response.text());
    } catch {
      // Without a network the practice goes on without it; the next answer asks again.
    }
  }

  // What stood there speaks of the earlier answer.
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
