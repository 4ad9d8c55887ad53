// What was chosen and is not yet known to be on the server. It outlives the page and the browser.
//
// One entry of localStorage for each thing that can be chosen, so that two tabs never overwrite each other's:
//   journal:<account>:<attempt>:<name>  ->  [sequence, value]
// Names are those of the server: "0" the choice of slot 0, "f0" its flag; "p" is the prediction. Nothing else is kept:
// no question, no name, and no text but what the person wrote as an answer. The account stands in the key, and only the account's own keys are ever read.

import { copyEntry, dropCopy, recoverCopies } from "./journal_copy.js";

const PREFIX = "journal";

const isNumber = (value) => value === null || Number.isSafeInteger(value);
const isAnswer = (value) =>
  isNumber(value) || typeof value === "string" || (Array.isArray(value) && value.length < 9 && value.every(isNumber));

function isEntry(value) {
  return (
    Array.isArray(value) &&
    value.length === 2 &&
    Number.isSafeInteger(value[0]) &&
    isAnswer(value[1])
  );
}

function parse(text) {
  try {
    const value = JSON.parse(text);
    return isEntry(value) ? { sequence: value[0], value: value[1] } : null;
  } catch {
    return null;
  }
}

const findSequence = (text) => parse(text)?.sequence ?? -1;
const isNewer = (text, other) => findSequence(text) > findSequence(other);

export function makeJournal(accountId, attemptId) {
  const prefix = [PREFIX, accountId, attemptId, ""].join(":");
  const memory = new Map(); // for a browser that refuses storage: as long as the page lives

  function listKeys() {
    try {
      return Object.keys(localStorage).filter((key) => key.startsWith(prefix));
    } catch {
      return [];
    }
  }

  function find(name) {
    if (memory.has(name)) return memory.get(name);
    try {
      return parse(localStorage.getItem(prefix + name));
    } catch {
      return null;
    }
  }

  function list() {
    const names = new Set([...listKeys().map((key) => key.slice(prefix.length)), ...memory.keys()]);
    const entries = [...names].map((name) => ({ sequence: -1, value: null, name, ...find(name) }));
    for (const { name } of entries.filter(({ sequence }) => sequence < 0)) remove(name, -1); // what nobody can read
    return entries.filter(({ sequence }) => sequence >= 0);
  }

  function put(name, value, sequence) {
    const text = JSON.stringify([sequence, value]);
    copyEntry(prefix + name, text);
    try {
      localStorage.setItem(prefix + name, text);
      memory.delete(name);
    } catch {
      memory.set(name, { sequence, value });
    }
  }

  // Only what the server has seen goes: a choice made while the request was under way is newer and stays.
  function drop(name, sequence) {
    const entry = find(name);
    if (entry && entry.sequence <= sequence) remove(name, sequence);
  }

  function remove(name, sequence) {
    memory.delete(name);
    dropCopy(prefix + name, (text) => findSequence(text) <= sequence);
    try {
      localStorage.removeItem(prefix + name);
    } catch {
      // Nothing was kept there.
    }
  }

  function clear() {
    for (const { name } of list()) drop(name, Infinity);
  }

  // Changes made by other tabs of this browser; `entry` is null when one was dropped.
  function watch(onEntry) {
    window.addEventListener("storage", ({ key, newValue }) => {
      if (key?.startsWith(prefix)) onEntry(key.slice(prefix.length), newValue === null ? null : parse(newValue));
    });
  }

  return { find, list, put, drop, clear, watch, recover: () => recoverCopies(prefix, isNewer) };
}

// The attempts of which this account has something left here.
export async function findJournals(accountId) {
  const prefix = `${PREFIX}:${accountId}:`;
  await recoverCopies(prefix, isNewer);
  try {
    const keys = Object.keys(localStorage).filter((key) => key.startsWith(prefix));
    return [...new Set(keys.map((key) => key.slice(prefix.length).split(":")[0]))].filter((id) => /^\d+$/.test(id));
  } catch {
    return [];
  }
}
