// The page's words, and how their places are filled.

export const words = JSON.parse(document.getElementById("entry-words").textContent);

export const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);
