// What is read out to a person who does not see the screen: few sentences, each once.
//
// While a dialog is open everything outside it is inert, for a screen reader too: so each dialog has places of its own.

function addPlace(parent, role) {
  const place = document.createElement("p");
  place.className = "visually-hidden";
  place.setAttribute("role", role);
  parent.append(place);
  return place;
}

export function makeAnnouncer(polite, assertive) {
  const places = new Map([[null, { polite, assertive }]]);
  for (const dialog of document.querySelectorAll("dialog")) {
    places.set(dialog, { polite: addPlace(dialog, "status"), assertive: addPlace(dialog, "alert") });
  }
  const findPlaces = () => places.get(document.querySelector("dialog[open]"));

  return {
    announce(text) {
      findPlaces().polite.textContent = text;
    },
    interrupt(text) {
      findPlaces().assertive.textContent = text;
    },
  };
}
