// A second copy of the journal in IndexedDB. Browsers write localStorage to the disk some seconds late, IndexedDB at once:
// a phone that ends its browser without warning leaves only this one. Keys and values are those of the journal.

const DATABASE = "answers";
const STORE = "journal";

let opened = null;

function open() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = request.onblocked = () => reject(request.error);
  });
  // A store that could not be opened once (a browser that just starts again) may be there the next time.
  opened.catch(() => (opened = null));
  return opened;
}

// What cannot be done here is left: localStorage, or the memory of the page, has it too.
async function run(mode, work) {
  try {
    const transaction = (await open()).transaction(STORE, mode, { durability: "strict" });
    const request = work(transaction.objectStore(STORE));
    return await new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
    });
  } catch {
    return null;
  }
}

export function copyEntry(key, text) {
  return run("readwrite", (store) => store.put(text, key));
}

// Only when `isOld(text)`: another tab, or the page before it was ended, may have left something newer here.
export function dropCopy(key, isOld) {
  return run("readwrite", (store) => {
    const request = store.get(key);
    request.onsuccess = () => isOld(request.result) && store.delete(key);
    return request;
  });
}

// Brings back what localStorage has lost, of the keys that begin so: the whole entry, or the last change of it, when the
// browser was ended after it had written the one before.
export async function recoverCopies(prefix, isNewer) {
  const range = IDBKeyRange.bound(prefix, `${prefix}\uffff`);
  const keys = (await run("readonly", (store) => store.getAllKeys(range))) ?? [];
  for (const key of keys) {
    const text = await run("readonly", (store) => store.get(key));
    try {
      const known = localStorage.getItem(key);
      if (text && (known === null || isNewer(text, known))) localStorage.setItem(key, text);
    } catch {
      return;
    }
  }
}
