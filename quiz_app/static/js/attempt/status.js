// The one line that says whether the answers are safe, and the banner when they are not on the server yet.
// "Saved" comes from the server's acknowledgement, never from hope.

import { say } from "./words.js";

const DAY_S = 86400;
const RETURN_NEWS_MS = 8000;
const RESCUE_AFTER_MS = 30000; // a short gap needs no last resort

// The time of day at which so much time was left before the deadline ("10:35:12"), in the contest's own zone.
function tellTime(deadlineClock, timeLeftMs) {
  const [hours, minutes, seconds] = deadlineClock.split(":").map(Number);
  const total = (hours * 3600 + minutes * 60 + seconds - Math.ceil(timeLeftMs / 1000) + DAY_S) % DAY_S;
  return [total / 3600, (total / 60) % 60, total % 60].map((part) => String(Math.floor(part)).padStart(2, "0")).join(":");
}

export function makeStatus({ announcer, deadlineClock, countUnsent, findTimeLeft }) {
  const line = document.getElementById("save-state");
  const banner = document.getElementById("banner");
  const bannerText = document.getElementById("banner-text");
  const rescue = document.getElementById("rescue");
  const signIn = document.getElementById("sign-in-again");
  let announced = null;
  let timer = null;
  let troubledSince = null;

  const SENTENCES = {
    saving: () => say("saving"),
    saved: () => say("saved", { time: tellTime(deadlineClock, findTimeLeft()) }),
    waiting: () => say("kept", { count: countUnsent() }),
    signedOut: () => say("kept", { count: countUnsent() }),
    refused: () => say("refused"),
    over: () => say("over"),
  };
  const BANNERS = { waiting: () => say("offline"), signedOut: () => say("signedOut") };

  function showBanner(text, isTrouble) {
    clearTimeout(timer);
    banner.hidden = text === null;
    banner.classList.toggle("banner-good", !isTrouble);
    bannerText.textContent = text ?? "";
    troubledSince = isTrouble ? (troubledSince ?? performance.now()) : null;
    rescue.hidden = !isTrouble || countUnsent() === 0 || performance.now() - troubledSince < RESCUE_AFTER_MS;
    signIn.hidden = true;
  }

  function show(state, message) {
    if (state === "saving" && BANNERS[announced]) return; // trying again is no news
    line.className = `save-state save-${state}`;
    line.textContent = SENTENCES[state]();
    if (state === "saving") return;
    const wasTrouble = announced in BANNERS || announced === "refused";
    if (state in BANNERS || (state === "refused" && message)) {
      showBanner(BANNERS[state]?.() ?? message, true);
      signIn.hidden = state !== "signedOut";
    } else if (wasTrouble && state === "saved") {
      showBanner(say("allSent"), false);
      timer = setTimeout(() => showBanner(null, false), RETURN_NEWS_MS);
    } else if (wasTrouble) {
      showBanner(null, false);
    }
    if (state === announced) return;
    // The first "saved" and every change to and from trouble; not each save: that would drown the questions.
    announcer.announce(banner.hidden ? line.textContent : bannerText.textContent);
    announced = state;
  }

  // The browser says that there is no network, though nothing is unsent yet.
  function showOffline() {
    if (countUnsent() > 0) return show("waiting");
    showBanner(say("offline"), true);
    announcer.announce(bannerText.textContent);
    announced = "waiting";
  }

  // The number of answers that are kept here has changed.
  function refresh() {
    if (isTroubled()) show(announced);
  }

  function isTroubled() {
    return announced in BANNERS;
  }

  return { show, showOffline, refresh, isTroubled };
}
