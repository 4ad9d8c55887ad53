// Words of the long texts and the sum of the shares, as they are typed. The rules are the server's.

import { words, fill } from "./words.js";

const language = document.documentElement.lang;
const write = new Intl.NumberFormat(language, { maximumFractionDigits: 4 });
const UNIT = 10000; // four decimals, as the server keeps them: whole numbers, so that 33.3 three times is 99.9

function countWords(text) {
  return text.trim() ? text.trim().split(/\s+/).length : 0;
}

// "33,5" and "33.5" as 335000; null for what is no number.
function readShare(text) {
  const plain = text.replace(/\s|%$/g, "").replace(",", ".");
  if (!/^\d{1,4}(\.\d{1,4})?$/.test(plain)) return null;
  const [whole, part = ""] = plain.split(".");
  return Number(whole) * UNIT + Number(part.padEnd(4, "0"));
}

function showWords() {
  for (const line of document.querySelectorAll("[data-most-words]")) {
    const most = Number(line.dataset.mostWords);
    const count = countWords(document.getElementById(line.dataset.counts).value);
    line.textContent = fill(words.words, { count: write.format(count), most: write.format(most) });
    line.classList.toggle("is-over", count > most);
  }
}

function showShares() {
  for (const group of document.querySelectorAll("[data-shares]")) {
    const cells = [...group.querySelectorAll(`[data-row] [name$=".${CSS.escape(group.dataset.shares)}"]`)];
    const shares = cells.map((cell) => cell.value).filter((text) => text.trim()).map(readShare);
    const line = group.querySelector("[data-shares-sum]");
    line.hidden = shares.length === 0 || shares.includes(null);
    const sum = shares.reduce((total, share) => total + share, 0);
    const isRight = sum === 100 * UNIT;
    const text = isRight ? words.sharesRight : fill(words.sharesWrong, { sum: write.format(sum / UNIT) });
    if (line.textContent !== text) line.textContent = text;
    line.classList.toggle("is-right", isRight);
    line.classList.toggle("is-wrong", !isRight);
  }
}

export function showCounts() {
  showWords();
  showShares();
}
