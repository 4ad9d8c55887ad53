// Keeps a live page fresh: fetches it again every ten seconds (or as often as the page says) while it is looked at, and
// puts the new figures in place.

const PAUSE_MS = Number(document.getElementById("live")?.dataset.refreshMs) || 10000;

async function refresh() {
  if (document.hidden) return;
  try {
    const response = await fetch(window.location.href, { headers: { Accept: "text/html" }, redirect: "error" });
    if (!response.ok) return;
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
    const [old, next] = [document, fresh].map((page) => page.getElementById("live"));
    if (old && next && !old.contains(document.activeElement)) old.replaceWith(document.adoptNode(next));
  } catch {
    // The figures on the page say of what moment they are; the next round tries again.
  }
}

setInterval(refresh, PAUSE_MS);
