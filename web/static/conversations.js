// Earlier conversations, kept in this browser and nowhere else: as the page showed them, so that what was read can be
// read again after the index has changed.

import { parsed } from "./server.js";
import { answerId } from "./share.js";
import { markdown } from "./written.js";

const KEY = "caspian-indus-reader.conversations"; // other programs of this host and port share the storage
const KEPT = 30; // conversations, and fewer where they are long
const CHARACTERS = 2_000_000; // of all of them; browsers keep some 5 million

const drawer = document.querySelector("#earlier");
const list = drawer.querySelector(".kept");
const note = drawer.querySelector("[role=status]");

let current = null; // the id of the conversation on the page, once it is kept
let show = () => {};

/** The conversations, the latest first: {id, title, turns}, a turn as its HTML. */
function stored() {
  try {
    return (JSON.parse(localStorage.getItem(KEY)) ?? []).filter(isKept);
  } catch (error) {
    // Storage that is forbidden, or was written by something else: there is nothing to show.
    note.textContent = `This browser gives no earlier conversations (${error.name}).`;
    return [];
  }
}

function isKept(one) {
  return Array.isArray(one?.turns) && [one.id, one.title, ...one.turns].every((part) => typeof part === "string");
}

function store(conversations) {
  const kept = conversations.slice(0, KEPT);
  while (kept.length > 1 && JSON.stringify(kept).length > CHARACTERS) kept.pop();
  try {
    localStorage.setItem(KEY, JSON.stringify(kept));
  } catch (error) {
    note.textContent = `This browser keeps no conversations (${error.name}).`;
  }
}

function change(id, changed) {
  store(stored().flatMap((one) => (one.id === id ? changed(one) : [one])));
}

/** A turn as it was when it came, less what is being looked at; a verdict on it later is one on the same answer. */
function asHtml(turn) {
  answerId(turn);
  const copy = turn.cloneNode(true);
  for (const part of copy.querySelectorAll("[aria-current], [aria-describedby], .lit")) {
    part.removeAttribute("aria-current");
    part.removeAttribute("aria-describedby");
    part.classList.remove("lit");
  }
  copy.querySelector(".told").textContent = "";
  return copy.outerHTML;
}

/** Keeps the conversation on the page, as the latest. */
export function record(conversation) {
  const turns = [...conversation.querySelectorAll(".turn")];
  current ??= String(Date.now());
  const others = stored();
  const place = others.findIndex((one) => one.id === current);
  const [known] = place < 0 ? [] : others.splice(place, 1);
  const title = known?.title ?? turns[0].querySelector("h2").textContent.slice(0, 80);
  store([{ id: current, title, turns: turns.map(asHtml) }, ...others]);
  draw();
}

/** Keeps a conversation that the page began with, unless it is one that was left: reloading is not asking. */
export function startAnew(conversation) {
  const turn = conversation.querySelector(".turn");
  const turns = stored().flatMap((one) => turnsOf(one.turns));
  const known = turns.find((other) => addressOf(other) === addressOf(turn));
  if (known) turn.dataset.answer = answerId(known);
  else record(conversation);
}

function addressOf(turn) {
  return turn.querySelector(".permanent").getAttribute("href");
}

function turnsOf(kept) {
  return kept.map((html) => parsed(html, ".turn:has(h2):has(.permanent[href]):has(.told)")).filter(Boolean);
}

/** Calls `shown` with the turns of an earlier conversation when a person opens it. */
export function recall(shown) {
  show = shown;
}

// --- The list ---

function draw() {
  list.replaceChildren(...stored().map(entry));
}

function entry({ id, title, turns }) {
  const line = document.querySelector("#kept").content.firstElementChild.cloneNode(true);
  const open = line.querySelector(".open");
  open.dir = "auto";
  entitle(line, open, title);
  if (id === current) open.setAttribute("aria-current", "true");
  open.addEventListener("click", () => reopen(id, turns));
  line.querySelector(".rename").addEventListener("click", () => rename(line, open, id));
  line.querySelector(".export").addEventListener("click", () => save(open.textContent, turnsOf(turns)));
  line.querySelector(".delete").addEventListener("click", (event) => remove(event.currentTarget, line, open, id));
  return line;
}

function entitle(line, open, title) {
  open.textContent = title;
  for (const deed of line.querySelectorAll(".deeds button")) deed.setAttribute("aria-label", `${deed.textContent}: ${title}`);
}

function reopen(id, turns) {
  const found = turnsOf(turns);
  if (!found.length) return;
  current = id;
  if (drawer.matches(":popover-open")) drawer.hidePopover();
  show(found);
  draw();
}

function rename(line, open, id) {
  const field = document.createElement("input");
  Object.assign(field, { value: open.textContent, maxLength: 80, ariaLabel: "New name", dir: "auto" });
  open.replaceWith(field);
  field.focus();
  field.select();
  let done = false;
  const end = (kept) => {
    if (done) return;
    done = true;
    const title = field.value.trim();
    field.replaceWith(open);
    if (!kept || !title) return;
    entitle(line, open, title);
    change(id, (one) => [{ ...one, title }]);
  };
  field.addEventListener("blur", () => end(true));
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault(); // Enter would press the button that has the focus next, and Escape close the drawer
    end(event.key === "Enter");
    line.querySelector(".rename").focus();
  });
}

// What ends when the focus leaves it may move the list: not between the press and the release of a click on it.
list.addEventListener("mousedown", (event) => {
  if (event.target.closest("button") && list.querySelector("input, [data-sure]")) event.preventDefault();
});
list.addEventListener("click", (event) => event.target.closest("button")?.focus(), { capture: true });

/** The first press asks, the second deletes. */
function remove(button, line, open, id) {
  if (button.dataset.sure) {
    const next = line.nextElementSibling ?? line.previousElementSibling;
    const place = next && [...list.children].indexOf(line);
    if (id === current) current = null;
    change(id, () => []);
    draw();
    note.textContent = "Deleted.";
    (list.children[Math.min(place ?? 0, list.children.length - 1)]?.querySelector(".open") ?? drawer.querySelector("a")).focus();
    return;
  }
  button.dataset.sure = "true";
  button.textContent = "Delete for good";
  button.removeAttribute("aria-label");
  button.addEventListener("blur", () => {
    delete button.dataset.sure;
    button.textContent = "Delete";
    entitle(line, open, open.textContent);
  }, { once: true });
}

function save(title, turns) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([markdown(title, turns)], { type: "text/markdown" }));
  link.download = `${title.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "") || "conversation"}.md`;
  link.click();
  URL.revokeObjectURL(link.href);
}

addEventListener("storage", (event) => {
  if (event.key === KEY) draw(); // changed in another window
});

draw();
if (location.hash === "#earlier" && !drawer.checkVisibility()) drawer.showPopover();
