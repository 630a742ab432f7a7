// Conversations, stored only in this browser. A turn is stored as HTML, so it stays the same when the index changes.

import { ensureAnswerId } from "./answer_actions.js";
import { markdown } from "./markdown.js";
import { parsePart, root } from "./server.js";

const KEY = `caspian-indus-reader.conversations${root}`; // other programs at this address share the storage
const MOST_CONVERSATIONS = 30; // fewer if they are long
const MOST_CHARACTERS = 2_000_000; // in all; browsers store about 5 million

const drawer = document.querySelector("#earlier");
const list = drawer.querySelector("ol");
const note = drawer.querySelector("[role=status]");

let currentId = null; // of the conversation on the page, once it is stored
let reopenHandler = () => {};

/** The stored conversations, newest first: {id, title, turns}, each turn as its HTML. */
function load() {
  try {
    return (JSON.parse(localStorage.getItem(KEY)) ?? []).filter(isConversation);
  } catch (error) {
    // Storage is blocked, or another program wrote to it.
    note.textContent = `This browser could not load earlier conversations (${error.name}).`;
    return [];
  }
}

function isConversation(value) {
  if (!Array.isArray(value?.turns)) return false;
  return [value.id, value.title, ...value.turns].every((part) => typeof part === "string");
}

function store(conversations) {
  const newest = conversations.slice(0, MOST_CONVERSATIONS);
  while (newest.length > 1 && JSON.stringify(newest).length > MOST_CHARACTERS) newest.pop();
  try {
    localStorage.setItem(KEY, JSON.stringify(newest));
  } catch (error) {
    note.textContent = `This browser could not save the conversation (${error.name}).`;
  }
}

/** The HTML of a turn without highlights; with its answer id, so that new feedback replaces old. */
function htmlOf(turn) {
  ensureAnswerId(turn);
  const copy = turn.cloneNode(true);
  for (const element of copy.querySelectorAll("[aria-current], [aria-describedby], .highlighted")) {
    element.removeAttribute("aria-current");
    element.removeAttribute("aria-describedby");
    element.classList.remove("highlighted");
  }
  copy.querySelector(".told").textContent = "";
  return copy.outerHTML;
}

/** The turns of stored HTML, without those that are invalid. */
function parseTurns(htmls) {
  return htmls.map((html) => parsePart(html, ".turn:has(h2):has(.permanent[href]):has(.told)")).filter(Boolean);
}

/** Stores the conversation on the page, as the newest. */
export function saveConversation(conversation) {
  const turns = [...conversation.querySelectorAll(".turn")];
  currentId ??= String(Date.now());
  const conversations = load();
  const stored = conversations.find(({ id }) => id === currentId);
  const title = stored?.title ?? turns[0].querySelector("h2").textContent.slice(0, 80);
  const others = conversations.filter((other) => other !== stored);
  store([{ id: currentId, title, turns: turns.map(htmlOf) }, ...others]);
  drawList();
}

/** Stores the conversation that a page starts with, unless it was only reloaded. */
export function startConversation(conversation) {
  const turn = conversation.querySelector(".turn");
  const turns = load().flatMap((stored) => parseTurns(stored.turns));
  const stored = turns.find((other) => addressOf(other) === addressOf(turn));
  if (stored) turn.dataset.answer = ensureAnswerId(stored);
  else saveConversation(conversation);
}

function addressOf(turn) {
  return turn.querySelector(".permanent").getAttribute("href");
}

/** Sets the function that shows the turns of a stored conversation. */
export function onReopen(handler) {
  reopenHandler = handler;
}

// --- The list ---

function drawList() {
  list.replaceChildren(...load().map(listItem));
}

function listItem({ id, title, turns }) {
  const item = document.querySelector("#conversation-item").content.firstElementChild.cloneNode(true);
  const open = item.querySelector(".open");
  open.dir = "auto";
  setTitle(item, open, title);
  if (id === currentId) open.setAttribute("aria-current", "true");
  const onClick = (selector, action) => item.querySelector(selector).addEventListener("click", action);
  onClick(".open", () => reopen(id, turns));
  onClick(".rename", () => rename(item, open, id));
  onClick(".export", () => exportMarkdown(open.textContent, parseTurns(turns)));
  onClick(".delete", ({ target }) => confirmDelete(target, item, open, id));
  return item;
}

function setTitle(item, open, title) {
  open.textContent = title;
  for (const button of item.querySelectorAll(".actions button")) {
    button.setAttribute("aria-label", `${button.textContent}: ${title}`);
  }
}

function reopen(id, htmls) {
  const turns = parseTurns(htmls);
  if (!turns.length) return;
  currentId = id;
  if (drawer.matches(":popover-open")) drawer.hidePopover();
  reopenHandler(turns);
  drawList();
}

function rename(item, open, id) {
  const field = document.createElement("input");
  Object.assign(field, { value: open.textContent, maxLength: 80, ariaLabel: "New name", dir: "auto" });
  open.replaceWith(field);
  field.focus();
  field.select();
  let isDone = false;
  const finish = (isAccepted) => {
    if (isDone) return;
    isDone = true;
    const title = field.value.trim();
    field.replaceWith(open);
    if (!isAccepted || !title) return;
    setTitle(item, open, title);
    store(load().map((conversation) => (conversation.id === id ? { ...conversation, title } : conversation)));
  };
  field.addEventListener("blur", () => finish(true));
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault(); // Enter would also press a button, and Escape close the drawer
    finish(event.key === "Enter");
    item.querySelector(".rename").focus();
  });
}

// Renaming and deleting end when the focus leaves, and the list may move. So the focus moves only after the click:
// otherwise the click would miss its button.
list.addEventListener("mousedown", (event) => {
  if (event.target.closest("button") && list.querySelector("input, [data-confirm]")) event.preventDefault();
});
list.addEventListener("click", (event) => event.target.closest("button")?.focus(), { capture: true });

/** The first press asks for confirmation, the second deletes. */
function confirmDelete(button, item, open, id) {
  if (button.dataset.confirm) return deleteConversation(item, id);
  button.dataset.confirm = "true";
  button.textContent = "Delete for good";
  button.removeAttribute("aria-label");
  button.addEventListener("blur", () => {
    delete button.dataset.confirm;
    button.textContent = "Delete";
    setTitle(item, open, open.textContent);
  }, { once: true });
}

function deleteConversation(item, id) {
  const index = [...list.children].indexOf(item);
  if (id === currentId) currentId = null;
  store(load().filter((conversation) => conversation.id !== id));
  drawList();
  note.textContent = "Deleted.";
  const next = list.children[Math.min(index, list.children.length - 1)];
  (next?.querySelector(".open") ?? drawer.querySelector("a")).focus();
}

function exportMarkdown(title, turns) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([markdown(title, turns)], { type: "text/markdown" }));
  link.download = `${title.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "") || "conversation"}.md`;
  link.click();
  URL.revokeObjectURL(link.href);
}

addEventListener("storage", (event) => {
  if (event.key === KEY) drawList(); // another window changed it
});

drawList();
if (location.hash === "#earlier" && !drawer.checkVisibility()) drawer.showPopover();
