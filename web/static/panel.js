// An article opens beside its answer, below it on a phone, at the words that were quoted.

import { fetchPart, tell } from "./server.js";

const panel = document.querySelector("dialog.panel");
const body = panel.querySelector(".panel-body");
const asPage = panel.querySelector(".panel-page");

let opening = null; // the AbortController of the article under way
let opener = null; // the link it was opened from, where the focus returns

/** Marks the link whose words are open, and no other. */
function setOpener(link) {
  opener?.removeAttribute("aria-current");
  link?.setAttribute("aria-current", "true");
  opener = link;
}

/** Puts the quoted words a third down the panel, with the focus on them so that reading begins there. */
function showWords(article) {
  const words = article.querySelector("#cited") ?? article;
  words.tabIndex = -1;
  words.focus({ preventScroll: true });
  const below = words.getBoundingClientRect().top - body.getBoundingClientRect().top;
  body.scrollTop += below - body.clientHeight / 3;
}

/** The page has its own h1, so the article's becomes an h2 here; it names the panel too. */
function lowerHeading(article) {
  const heading = document.createElement("h2");
  const title = article.querySelector("h1");
  panel.setAttribute("aria-label", title.textContent);
  heading.append(...title.childNodes);
  title.replaceWith(heading);
}

function say(sentence, role) {
  const line = document.createElement("p");
  line.className = "panel-note";
  line.setAttribute("role", role);
  line.textContent = sentence;
  body.replaceChildren(line);
}

function offerAgain(address) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Try again";
  button.addEventListener("click", () => openArticle(address));
  body.append(button);
}

/** Opens it; below the answer, what was clicked stays in sight above it. */
function openPanel() {
  if (!panel.open) panel.show();
  if (!matchMedia("(min-width: 64rem)").matches) opener.scrollIntoView({ block: "center" });
}

async function openArticle(address) {
  opening?.abort();
  const mine = new AbortController();
  opening = mine;
  asPage.href = address;
  openPanel();
  say("Opening the article…", "status");
  body.focus({ preventScroll: true });
  try {
    const article = await fetchPart(address, "article", mine.signal);
    lowerHeading(article);
    body.replaceChildren(article);
    showWords(article);
  } catch (error) {
    if (mine.signal.aborted) return;
    tell(error, (sentence) => {
      say(sentence, "alert");
      offerAgain(address);
    });
  }
}

/** A click that opens a link here, and not in a window of its own. */
export function isPlainClick(event) {
  return event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-open]");
  if (!link || event.defaultPrevented || !isPlainClick(event)) return;
  event.preventDefault();
  setOpener(link);
  openArticle(link.href);
});

/** Empties the closed panel and gives the focus back. Nothing to do where it is open again, or done already. */
function leavePanel() {
  if (panel.open || !opener) return;
  opening?.abort();
  body.replaceChildren();
  opener.focus();
  setOpener(null);
}

/** The focus returns at once: the close event comes later, when the next key may have been pressed. */
export function closePanel() {
  if (!panel.open) return;
  panel.close();
  leavePanel();
}

panel.querySelector(".panel-close").addEventListener("click", closePanel);

// A dialog that is not modal does not close on Escape by itself.
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && panel.open && !event.defaultPrevented) closePanel();
});
