// What is read out to a person who does not see the screen: few sentences, each once.
//
// While a dialog is open everything outside it is inert, for a screen reader too: so each dialog has places of its own.

import { say } from "./words.js";

const MINUTE_MS = 60000;

function addPlace(parent, role) {
  const place = document.createElement("p");
  place.className = "visually-hidden";
  place.setAttribute("role", role);
  parent.append(place);
  return place;
}

// The times left, in ms, that are told: few, and never each second.
export function listMarks(limitMs) {
  return [limitMs / 2, MINUTE_MS, MINUTE_MS / 2];
}

export function makeAnnouncer(polite, assertive) {
  const places = new Map([[null, { polite, assertive }]]);
  for (const dialog of document.querySelectorAll("dialog")) {
    places.set(dialog, { polite: addPlace(dialog, "status"), assertive: addPlace(dialog, "alert") });
  }
  const findPlaces = () => places.get(document.querySelector("dialog[open]"));

  function announce(text) {
    findPlaces().polite.textContent = text;
  }

  function interrupt(text) {
    findPlaces().assertive.textContent = text;
  }

  function tellTime(mark, limitMs) {
    const seconds = Math.round(mark / 1000);
    const text = say(mark === limitMs / 2 ? "half" : "left", { minutes: Math.floor(seconds / 60), seconds: seconds % 60 });
    if (mark < MINUTE_MS) interrupt(text);
    else announce(text);
  }

  return { announce, interrupt, tellTime };
}
