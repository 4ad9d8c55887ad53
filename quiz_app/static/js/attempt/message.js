// The form of a save on the wire, both ways. The only module that knows it.

const FLAG = "f";
export const PREDICTION = "p";

export function isFlag(name) {
  return name.startsWith(FLAG);
}

export function nameFlag(slot) {
  return FLAG + slot;
}

export function toBody(entries) {
  const body = { responses: [] };
  const flags = [];
  for (const { name, value, sequence } of entries) {
    if (name === PREDICTION) body.prediction = { value, sequence };
    else if (isFlag(name)) flags.push({ slot: Number(name.slice(1)), flagged: value === 1, sequence });
    else body.responses.push({ slot: Number(name), choice: value, sequence });
  }
  if (flags.length > 0) body.flags = flags;
  return JSON.stringify(body);
}

// Everything the server holds, by name.
export function readAnswer(answer) {
  const kept = new Map();
  for (const [slot, [sequence, value]] of Object.entries(answer.responses ?? {})) kept.set(slot, { sequence, value });
  for (const [slot, [sequence, value]] of Object.entries(answer.flags ?? {})) {
    kept.set(nameFlag(slot), { sequence, value: value === 1 || value === true ? 1 : 0 });
  }
  if (answer.prediction) kept.set(PREDICTION, { sequence: answer.prediction[0], value: answer.prediction[1] });
  return kept;
}

export function countReceived(kept) {
  return [...kept].filter(([name, { value }]) => !isFlag(name) && name !== PREDICTION && value !== null).length;
}
