// The chat page without reloads; it also works without scripts. Text from the corpus only ever arrives as nodes
// parsed from the server's HTML.

import { onReopen, saveConversation, startConversation } from "./conversations.js";
import { closePanel, isPlainClick } from "./panel.js";
import { Failure, parsePart, root, showError, streamEvents, textOf } from "./server.js";
import "./citations.js";
import "./answer_actions.js";

const main = document.querySelector("main.chat");
const conversation = main.querySelector(".conversation");
const form = main.querySelector("form.ask");
const field = form.elements.namedItem("q");
const problem = form.querySelector(".problem");
const retry = form.querySelector(".retry");
const status = form.querySelector(".status");
const cancel = form.querySelector(".cancel");
const siteName = document.querySelector(".nameplate").textContent;
const INCOMPLETE = "The answer stopped before it was complete. Ask again.";
const HISTORY_LENGTH = 8; // earlier questions sent with a follow-up, as in query.py

let request = null; // the AbortController of the question in progress
let failed = null; // what "Try again" asks: {address, oldTurn}
let shownSearch = location.search; // the query string of this page

function setWaiting(waiting) {
  cancel.hidden = !waiting;
  status.classList.remove("visually-hidden");
  status.textContent = waiting ? form.dataset.searching : "";
}

function setProblem(sentence, canRetry = false) {
  problem.textContent = sentence;
  retry.hidden = !canRetry;
  // The question is invalid only if asking it again would not help.
  field.setAttribute("aria-invalid", String(Boolean(sentence) && !canRetry));
}

/** Removes what only the opening page shows. */
function leaveOpening() {
  main.classList.replace("opening", "talk");
  for (const element of main.querySelectorAll("[data-opening]")) element.remove();
  field.placeholder = "Ask a follow-up";
}

/** Empties the field, unless the next question is already in it. */
function resetField(question) {
  if (field.value === question) field.value = "";
  // On a touch screen, the keyboard would cover the answer.
  if (matchMedia("(pointer: coarse)").matches) field.blur();
  else field.focus({ preventScroll: true });
}

/** The address that asks a question, with the history and the filters. */
function addressOf(question) {
  const data = new FormData(form);
  data.set("q", question);
  return `${root}/?${new URLSearchParams([...data].filter(([, value]) => value))}`;
}

/** Makes the questions on the page the history of the next one. */
function updateHistory() {
  for (const input of form.querySelectorAll("[name=h]")) input.remove();
  for (const heading of [...conversation.querySelectorAll(".turn h2")].slice(-HISTORY_LENGTH)) {
    const input = document.createElement("input");
    Object.assign(input, { type: "hidden", name: "h", value: heading.textContent });
    form.querySelector("label").before(input); // oldest first
  }
}

// --- A question in progress ---

function showStage(pending, stage) {
  const lines = [...pending.querySelectorAll("[data-stage]")];
  const current = lines.findIndex((line) => line.dataset.stage === stage);
  if (current < 0) return;
  lines.forEach((line, index) => {
    line.classList.toggle("past", index < current);
    line.classList.toggle("now", index === current);
  });
  status.textContent = `${lines[current].textContent}…`;
}

function showReading(pending, titles) {
  const itemOf = (title) => Object.assign(document.createElement("li"), { dir: "auto", textContent: title });
  pending.querySelector(".read").replaceChildren(...titles.slice(0, 5).map(itemOf));
  showStage(pending, "reading");
}

function insertPending(pending, oldTurn) {
  if (pending.isConnected) return;
  leaveOpening();
  closePanel(); // it would cover the citations of the new turn
  if (oldTurn) oldTurn.replaceWith(pending);
  else conversation.append(pending);
  pending.scrollIntoView({ block: "start" });
}

/** The turn of a question, from its events. Throws Failure if they end without one. */
async function receiveTurn(address, pending, oldTurn, signal) {
  for await (const [name, data] of streamEvents(address, INCOMPLETE, signal)) {
    if (name === "error") {
      const { detail, remedy } = JSON.parse(data);
      throw new Failure(`${detail} ${remedy}`);
    }
    insertPending(pending, oldTurn);
    if (name === "stage") showStage(pending, JSON.parse(data).stage);
    if (name === "reading") showReading(pending, JSON.parse(data));
    if (name === "turn") return parsePart(data, ".turn");
  }
  throw new Failure(INCOMPLETE);
}

function showAddress(address, question) {
  history.pushState(null, "", address);
  shownSearch = location.search;
  document.title = `${question} · ${siteName}`;
}

function showTurn(turn, pending, address) {
  pending.replaceWith(turn);
  showAddress(address, turn.querySelector("h2").textContent);
  updateHistory();
  saveConversation(conversation);
  // For screen readers only, since the answer itself is in view.
  status.classList.add("visually-hidden");
  const parts =
    ".reply > .short, .differ, .differing > ol > li, .compared > div, .computed, .finding, .more, .near, .unanswered";
  status.textContent = textOf(turn, parts);
}

/** Asks the question of an address; its turn is the last, or replaces `oldTurn`. */
async function ask(address, oldTurn = null) {
  request?.abort();
  const controller = new AbortController();
  const question = new URL(address, location).searchParams.get("q");
  // Shows the progress where the answer will be.
  const pending = document.querySelector("#pending").content.firstElementChild.cloneNode(true);
  pending.querySelector("h2").textContent = question;
  request = controller;
  setProblem("");
  setWaiting(true);
  try {
    const turn = await receiveTurn(address, pending, oldTurn, controller.signal);
    setWaiting(false);
    showTurn(turn, pending, address);
    resetField(question);
  } catch (error) {
    if (pending.isConnected) pending.replaceWith(...(oldTurn ? [oldTurn] : []));
    if (controller.signal.aborted) return;
    setWaiting(false);
    failed = { address, oldTurn };
    showError(error, setProblem);
  } finally {
    if (request === controller) request = null;
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  ask(addressOf(field.value));
});

retry.addEventListener("click", () => {
  field.focus();
  ask(failed.address, failed.oldTurn);
});

cancel.addEventListener("click", () => {
  request?.abort();
  setWaiting(false);
  status.textContent = "Cancelled.";
  field.focus();
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-ask]");
  if (!link || !isPlainClick(event)) return;
  event.preventDefault();
  ask(link.getAttribute("href"), link.dataset.ask === "instead" ? link.closest(".turn") : null);
});

// Only another question needs another page; a fragment does not.
addEventListener("popstate", () => {
  if (location.search !== shownSearch) location.reload();
});

// --- Stored conversations ---

onReopen((turns) => {
  request?.abort();
  setWaiting(false);
  setProblem("");
  leaveOpening();
  closePanel();
  conversation.replaceChildren(...turns);
  updateHistory();
  const last = turns.at(-1);
  showAddress(last.querySelector(".permanent").getAttribute("href"), last.querySelector("h2").textContent);
  last.scrollIntoView({ block: "start" });
  resetField("");
});

if (conversation.querySelector(".turn")) startConversation(conversation);
