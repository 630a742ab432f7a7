// Opens an article at the quoted words, beside the answer or below it in a small window.

import { fetchPart, showError } from "./server.js";

const panel = document.querySelector("dialog.panel");
const body = panel.querySelector(".panel-body");
const pageLink = panel.querySelector(".panel-page");

let request = null; // the AbortController of the article that is loading
let opener = null; // the link that opened the article; the focus returns to it

/** Marks the link whose article is open, and no other. */
function setOpener(link) {
  opener?.removeAttribute("aria-current");
  link?.setAttribute("aria-current", "true");
  opener = link;
}

/** Scrolls to the quoted words and focuses them, so that reading starts there. */
function scrollToQuote(article) {
  const quote = article.querySelector("#cited") ?? article;
  quote.tabIndex = -1;
  quote.focus({ preventScroll: true });
  const offset = quote.getBoundingClientRect().top - body.getBoundingClientRect().top;
  body.scrollTop += offset - body.clientHeight / 3;
}

/** The chat page has its own h1, so the article's becomes an h2. It also names the panel. */
function lowerHeading(article) {
  const heading = document.createElement("h2");
  const title = article.querySelector("h1");
  panel.setAttribute("aria-label", title.textContent);
  heading.append(...title.childNodes);
  title.replaceWith(heading);
}

function showMessage(sentence, role) {
  const line = document.createElement("p");
  body.replaceChildren(Object.assign(line, { className: "panel-note", role, textContent: sentence }));
}

function addRetryButton(address) {
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: "Try again" });
  button.addEventListener("click", () => openArticle(address));
  body.append(button);
}

/** In a small window, the link that was clicked stays in view above the panel. */
function openPanel() {
  if (!panel.open) panel.show();
  if (!matchMedia("(min-width: 64rem)").matches) opener.scrollIntoView({ block: "center" });
}

async function openArticle(address) {
  request?.abort();
  const controller = new AbortController();
  request = controller;
  pageLink.href = address;
  openPanel();
  showMessage("Opening the article…", "status");
  body.focus({ preventScroll: true });
  try {
    const article = await fetchPart(address, "article", controller.signal);
    lowerHeading(article);
    body.replaceChildren(article);
    scrollToQuote(article);
  } catch (error) {
    if (controller.signal.aborted) return;
    showError(error, (sentence) => {
      showMessage(sentence, "alert");
      addRetryButton(address);
    });
  }
}

/** Whether a click opens a link in this window. */
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

/** Closes the panel and returns the focus to the link that opened it. */
export function closePanel() {
  if (!panel.open) return;
  panel.close();
  request?.abort();
  body.replaceChildren();
  // Not on the close event, which comes later, perhaps after the next key.
  opener.focus();
  setOpener(null);
}

panel.querySelector(".panel-close").addEventListener("click", closePanel);

// Escape closes a modal dialog by itself, but not this one.
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && panel.open && !event.defaultPrevented) closePanel();
});
