// Earlier conversations, kept in this browser and nowhere else: as the page showed them, so that what was read can be
// read again after the index has changed.

import { parsed } from "./server.js";
import { answerId } from "./share.js";
import { markdown } from "./written.js";

const KEY = "conversations";
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
    return JSON.parse(localStorage.getItem(KEY)) ?? [];
  } catch (error) {
    // Storage that is forbidden, or was written by something else: there is nothing to show.
    note.textContent = `This browser gives no earlier conversations (${error.name}).`;
    return [];
  }
}

function store(conversations) {
  const kept = conversations.slice(0, KEPT);
  while (kept.length > 1 && JSON.stringify(kept).length > CHARACTERS) kept.pop();
  try {
    localStorage.setItem(KEY, JSON.stringify(kept));
  } catch (error) {
    note.textContent = `This browser keeps no conversations (${error.name}).`;
  }
  draw();
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
  return kept.map((html) => parsed(html, ".turn")).filter(Boolean);
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
  open.textContent = title;
  open.dir = "auto";
  if (id === current) open.setAttribute("aria-current", "true");
  for (const deed of line.querySelectorAll(".deeds button")) deed.setAttribute("aria-label", `${deed.textContent}: ${title}`);
  open.addEventListener("click", () => reopen(id, turns));
  line.querySelector(".rename").addEventListener("click", () => rename(line, id, title));
  line.querySelector(".export").addEventListener("click", () => save(title, turnsOf(turns)));
  line.querySelector(".delete").addEventListener("click", (event) => remove(event.currentTarget, line, id));
  return line;
}

function reopen(id, turns) {
  const found = turnsOf(turns);
  if (!found.length) return;
  current = id;
  if (drawer.matches(":popover-open")) drawer.hidePopover();
  show(found);
  draw();
}

function rename(line, id, title) {
  const field = document.createElement("input");
  Object.assign(field, { value: title, maxLength: 80, ariaLabel: "New name", dir: "auto" });
  line.querySelector(".open").replaceWith(field);
  field.focus();
  field.select();
  let done = false;
  const end = (kept) => {
    if (done) return;
    done = true;
    if (kept && field.value.trim()) change(id, (one) => [{ ...one, title: field.value.trim() }]);
    else draw();
    [...list.children].find((other) => other.querySelector(".open").textContent === (kept ? field.value.trim() : title))
      ?.querySelector(".rename").focus();
  };
  field.addEventListener("blur", () => end(true));
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault(); // Enter would press the button that has the focus next, and Escape close the drawer
    end(event.key === "Enter");
  });
}

/** The first press asks, the second deletes. */
function remove(button, line, id) {
  if (button.dataset.sure) {
    const next = line.nextElementSibling ?? line.previousElementSibling;
    const place = next && [...list.children].indexOf(line);
    if (id === current) current = null;
    change(id, () => []);
    note.textContent = "Deleted.";
    (list.children[Math.min(place ?? 0, list.children.length - 1)]?.querySelector(".open") ?? drawer.querySelector("a")).focus();
    return;
  }
  button.dataset.sure = "true";
  button.textContent = "Delete for good";
  button.removeAttribute("aria-label");
  button.addEventListener("blur", draw, { once: true });
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
