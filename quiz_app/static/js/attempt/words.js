// The sentences of the page come from the server in the person's language; here they are only filled with values.

const words = {};
for (const { dataset, textContent } of document.getElementById("attempt-words").content.children) {
  words[dataset.name] = textContent;
}

export function say(name, values = {}) {
  return words[name].replace(/\{(\w+)\}/g, (_, key) => values[key]);
}
