// What was typed and is not yet known to be on the server. It outlives the page and the browser.
//
//   entry-draft:<account>:<entry>  ->  { sequence, at, draft }   typed on top of that sequence, at that time
//   …:offered                      ->  the same, found by a later page: there until the person has decided on it
// Only the account's own keys are ever read.

export function makeKeeping(accountId, entryId) {
  const key = `entry-draft:${accountId}:${entryId}`;
  const offeredKey = `${key}:offered`;

  function read(name) {
    try {
      const kept = JSON.parse(localStorage.getItem(name));
      const isWhole = kept && typeof kept.draft?.title === "string" && typeof kept.draft.values === "object";
      return isWhole ? kept : null;
    } catch {
      return null;
    }
  }

  // A browser that refuses storage: then only the page itself holds the text.
  function write(name, kept) {
    try {
      localStorage.setItem(name, JSON.stringify(kept));
    } catch {
      // Nothing can be done here.
    }
  }

  function remove(name) {
    try {
      localStorage.removeItem(name);
    } catch {
      // Nothing was kept there.
    }
  }

  return {
    find: () => read(key) ?? read(offeredKey),
    keep: (draft, sequence) => write(key, { sequence, at: Date.now(), draft }),
    drop: () => remove(key),
    offer(kept) {
      write(offeredKey, kept);
      remove(key);
    },
    decide: () => remove(offeredKey),
  };
}
