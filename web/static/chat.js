// The chat page without reloads: questions gather on one page, each answer as it is found. The page is whole without
// scripts. Text from the corpus arrives only as nodes the server's HTML was parsed into.

import { record, recall, startAnew } from "./conversations.js";
import { closePanel, isPlainClick } from "./panel.js";
import { Failure, events, parsed, tell, textOf } from "./server.js";
import "./marks.js";
import "./share.js";

const main = document.querySelector("main.chat");
const conversation = main.querySelector(".conversation");
const form = main.querySelector("form.ask");
const field = form.elements.namedItem("q");
const problem = form.querySelector(".problem");
const retry = form.querySelector(".retry");
const status = form.querySelector(".status");
const cancel = form.querySelector(".cancel");
const site = document.querySelector(".nameplate").textContent;
const BROKEN = "The answer broke off. Ask again.";
const REMEMBERED = 8; // earlier questions that a follow-up is sent with, as on the server

let asking = null; // the AbortController of the question under way
let refused = null; // the question "Try again" sends
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
  field.placeholder = "Ask a follow-up";
}

/** Empties the field, unless the next question is being typed in it already. */
function readyField(question) {
  if (field.value === question) field.value = "";
  // On a touch screen the keyboard would cover the answer that was waited for.
  if (matchMedia("(pointer: coarse)").matches) field.blur();
  else field.focus({ preventScroll: true });
}

/** Where the form asks a question: after the questions before it, of the articles that were chosen. */
function addressOf(question) {
  const sent = new FormData(form);
  sent.set("q", question);
  return `/?${new URLSearchParams([...sent].filter(([, value]) => value))}`;
}

/** The questions that the next one is sent with: those on the page. */
function remember() {
  for (const before of form.querySelectorAll("[name=h]")) before.remove();
  for (const asked of [...conversation.querySelectorAll(".turn h2")].slice(-REMEMBERED)) {
    const hidden = document.createElement("input");
    Object.assign(hidden, { type: "hidden", name: "h", value: asked.textContent });
    form.querySelector("label").before(hidden); // oldest first
  }
}

// --- A question under way ---

/** The place where its answer will stand, with what is being done meanwhile. */
function pendingTurn(question) {
  const pending = document.querySelector("#pending").content.firstElementChild.cloneNode(true);
  pending.querySelector("h2").textContent = question;
  return pending;
}

function showStage(pending, stage) {
  const stages = [...pending.querySelectorAll("[data-stage]")];
  const at = stages.findIndex((line) => line.dataset.stage === stage);
  if (at < 0) return;
  stages.forEach((line, place) => line.classList.toggle("past", place < at));
  stages.forEach((line, place) => line.classList.toggle("now", place === at));
  status.textContent = `${stages[at].textContent}…`;
}

function showReading(pending, titles) {
  const lines = titles.slice(0, 5).map((title) => {
    const line = document.createElement("li");
    line.dir = "auto";
    line.textContent = title;
    return line;
  });
  pending.querySelector(".read").replaceChildren(...lines);
  showStage(pending, "reading");
}

function place(pending, instead) {
  if (pending.isConnected) return;
  leaveOpening();
  closePanel(); // it would cover the new sources
  if (instead) instead.replaceWith(pending);
  else conversation.append(pending);
  pending.scrollIntoView({ block: "start" });
}

/** Follows the events of a question to its turn. */
async function follow(address, pending, instead, signal) {
  for await (const [name, data] of events(address, BROKEN, signal)) {
    if (name === "error") throw problemOf(JSON.parse(data));
    place(pending, instead);
    if (name === "stage") showStage(pending, JSON.parse(data).stage);
    if (name === "reading") showReading(pending, JSON.parse(data));
    if (name === "turn") return parsed(data, ".turn");
  }
  throw new Failure(BROKEN);
}

function problemOf(document) {
  return new Failure(`${document.detail} ${document.remedy}`);
}

function showTurn(turn, pending, address) {
  pending.replaceWith(turn);
  const question = turn.querySelector("h2").textContent;
  history.pushState(null, "", address);
  shown = location.search;
  document.title = `${question} · ${site}`;
  remember();
  record(conversation);
  // Read out, not shown again: the answer itself stands above.
  status.classList.add("unseen");
  status.textContent = textOf(turn, ".reply > .short, .differ, .differing > ol > li, .finding, .unanswered");
}

/** Asks at an address; the turn comes last, or stands where another one stood. */
async function ask(address, instead = null) {
  asking?.abort();
  const mine = new AbortController();
  const question = new URL(address, location).searchParams.get("q");
  const pending = pendingTurn(question);
  asking = mine;
  setProblem("");
  setWaiting(true);
  try {
    const turn = await follow(address, pending, instead, mine.signal);
    setWaiting(false);
    showTurn(turn, pending, address);
    readyField(question);
  } catch (error) {
    if (pending.isConnected) pending.replaceWith(...(instead ? [instead] : []));
    if (mine.signal.aborted) return;
    setWaiting(false);
    refused = { address, instead };
    tell(error, setProblem);
  } finally {
    if (asking === mine) asking = null;
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  ask(addressOf(field.value));
});

retry.addEventListener("click", () => {
  field.focus();
  ask(refused.address, refused.instead);
});

cancel.addEventListener("click", () => {
  asking?.abort();
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

// A fragment changes the history too; only another question needs another page.
addEventListener("popstate", () => {
  if (location.search !== shown) location.reload();
});

// --- An earlier conversation ---

recall((turns) => {
  asking?.abort();
  setWaiting(false);
  setProblem("");
  leaveOpening();
  closePanel();
  conversation.replaceChildren(...turns);
  remember();
  const last = turns.at(-1);
  history.pushState(null, "", last.querySelector(".permanent").getAttribute("href"));
  shown = location.search;
  document.title = `${last.querySelector("h2").textContent} · ${site}`;
  last.scrollIntoView({ block: "start" });
  readyField("");
});

if (conversation.querySelector(".turn")) startAnew(conversation);
