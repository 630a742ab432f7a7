// The chat page without reloads: questions gather on one page, and articles open beside their answer. The page is whole
// without this file. Text from the corpus arrives only as nodes the server's HTML was parsed into.

const main = document.querySelector("main.chat");
const conversation = main.querySelector(".conversation");
const form = main.querySelector("form.ask");
const field = form.elements.namedItem("q");
const problem = form.querySelector(".problem");
const retry = form.querySelector(".retry");
const status = form.querySelector(".status");
const cancel = form.querySelector(".cancel");
const panel = document.querySelector("dialog.panel");
const panelBody = panel.querySelector(".panel-body");
const panelPage = panel.querySelector(".panel-page");

/** What went wrong, as a sentence for the person asking; `again` where the same may well succeed later. */
class Failure extends Error {
  constructor(sentence, again = true) {
    super(sentence);
    this.again = again;
  }
}

function textOf(page, selector) {
  return [...page.querySelectorAll(selector)].map((part) => part.textContent.trim()).join(" ").trim();
}

/** Why the server gave another page than the one asked for, in that page's own words where it has some. */
function refusal(page, status) {
  const problem = textOf(page, "#problem");
  if (problem) return new Failure(problem, false);
  const reason = textOf(page, ".refusal .what, .refusal .remedy");
  return new Failure(reason || `The server could not do this just now (status ${status}).`);
}

async function fetchText(address, signal) {
  try {
    const response = await fetch(address, { headers: { Accept: "text/html" }, signal });
    return { response, text: await response.text() };
  } catch (error) {
    if (signal.aborted) throw error;
    throw new Failure("The server could not be reached. Check the connection, then try again.");
  }
}

/** One part of a page of this site, and the page's title. Throws Failure when the server gives no such part. */
async function fetchPart(address, selector, signal) {
  const { response, text } = await fetchText(address, signal);
  const page = new DOMParser().parseFromString(text, "text/html");
  const part = page.querySelector(selector);
  if (response.ok && part) return { part: document.adoptNode(part), title: page.title };
  throw refusal(page, response.status);
}

/** Shows an error as a sentence. One that is a fault of this file is thrown on as well, so that the console has it. */
function tell(error, show) {
  if (error instanceof Failure) return show(error.message, error.again);
  show("This page met a fault of its own. Reload it, then try again.", false);
  throw error;
}

// --- Questions ---

let asking = null; // the AbortController of the question under way
let refused = ""; // the question "Try again" sends
let shown = location.search; // the address the page shows, without its fragment

function setWaiting(waiting) {
  cancel.hidden = !waiting;
  status.classList.remove("unseen");
  status.textContent = waiting ? form.dataset.searching : "";
}

function setProblem(sentence, again = false) {
  problem.textContent = sentence;
  retry.hidden = !again;
  // The question itself is at fault only where asking it again would not help.
  field.setAttribute("aria-invalid", String(Boolean(sentence) && !again));
}

/** From the opening page to the conversation: what only the opening shows goes. */
function leaveOpening() {
  main.classList.replace("opening", "talk");
  for (const part of main.querySelectorAll("[data-opening]")) part.remove();
}

/** Empties the field, unless the next question is being typed in it already. */
function readyField(question) {
  if (field.value === question) field.value = "";
  // On a touch screen the keyboard would cover the answer that was waited for.
  if (matchMedia("(pointer: coarse)").matches) field.blur();
  else field.focus({ preventScroll: true });
}

function showTurn(turn, title, address) {
  leaveOpening();
  if (panel.open) closePanel(); // it would cover the new sources
  conversation.append(turn);
  history.pushState(null, "", address);
  shown = location.search;
  document.title = title;
  turn.scrollIntoView({ block: "start" });
  // Read out, not shown again: the answer itself stands above.
  status.classList.add("unseen");
  status.textContent = textOf(turn, ".reply > .short, .differ, .differing > ol > li, .finding, .unanswered");
}

async function ask(question) {
  asking?.abort();
  const mine = new AbortController();
  asking = mine;
  // The question before is sent too, so that "And when did he return?" is understood.
  const before = [...conversation.querySelectorAll(".turn h2")].slice(-1).map((asked) => ["h", asked.textContent]);
  const address = `/?${new URLSearchParams([["q", question], ...before])}`;
  setProblem("");
  setWaiting(true);
  try {
    const { part, title } = await fetchPart(address, ".turn", mine.signal);
    setWaiting(false);
    showTurn(part, title, address);
    readyField(question);
  } catch (error) {
    if (mine.signal.aborted) return;
    setWaiting(false);
    refused = question;
    tell(error, setProblem);
  } finally {
    if (asking === mine) asking = null;
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  ask(field.value);
});

retry.addEventListener("click", () => {
  field.focus();
  ask(refused);
});

cancel.addEventListener("click", () => {
  asking?.abort();
  setWaiting(false);
  status.textContent = "Cancelled.";
  field.focus();
});

// A fragment changes the history too; only another question needs another page.
addEventListener("popstate", () => {
  if (location.search !== shown) location.reload();
});

// --- The article beside its answer ---

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
  const below = words.getBoundingClientRect().top - panelBody.getBoundingClientRect().top;
  panelBody.scrollTop += below - panelBody.clientHeight / 3;
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
  panelBody.replaceChildren(line);
}

function offerAgain(address) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Try again";
  button.addEventListener("click", () => openArticle(address));
  panelBody.append(button);
}

function openPanel() {
  if (panel.open) return;
  // Beside the answer where there is room; over it, and alone reachable, where there is not.
  if (matchMedia("(min-width: 64rem)").matches) panel.show();
  else panel.showModal();
}

async function openArticle(address) {
  opening?.abort();
  const mine = new AbortController();
  opening = mine;
  panelPage.href = address;
  openPanel();
  say("Opening the article…", "status");
  panelBody.focus({ preventScroll: true });
  try {
    const { part } = await fetchPart(address, "article", mine.signal);
    lowerHeading(part);
    panelBody.replaceChildren(part);
    showWords(part);
  } catch (error) {
    if (mine.signal.aborted) return;
    tell(error, (sentence) => {
      say(sentence, "alert");
      offerAgain(address);
    });
  }
}

function isPlainClick(event) {
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
  panelBody.replaceChildren();
  opener.focus();
  setOpener(null);
}

/** The focus returns at once: the close event comes later, when the next key may have been pressed. */
function closePanel() {
  panel.close();
  leavePanel();
}

panel.querySelector(".panel-close").addEventListener("click", closePanel);
panel.addEventListener("close", leavePanel); // closed by the browser, as by a phone's back gesture

// A dialog that is not modal does not close on Escape by itself.
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && panel.open && !event.defaultPrevented) closePanel();
});

// --- A mark in the answer lights its source ---

function lightSource(event) {
  const cite = event.target.closest(".cite");
  for (const card of document.querySelectorAll(".card.lit")) card.classList.remove("lit");
  const card = cite?.closest(".turn").querySelector(`.card[data-number="${cite.dataset.number}"]`);
  card?.classList.add("lit");
}

document.addEventListener("pointerover", lightSource);
document.addEventListener("focusin", lightSource);
