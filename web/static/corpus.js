// Re-indexing without a reload: begun here, and followed to its end. Without this file the form does it by reloading.

import { Failure, call, events, tell } from "./server.js";

const form = document.querySelector(".reindex form");
const told = document.querySelector(".reindex .progress");
const BROKEN = "The server stopped telling how far the re-index is. Reload the page to see whether it still runs.";

function show({ state, done, total, problem }) {
  const bar = form.querySelector("progress");
  bar.hidden = state !== "running";
  form.querySelector("button").disabled = state === "running";
  if (total) [bar.max, bar.value] = [total, done];
  else bar.removeAttribute("value");
  if (problem) return say(`${problem.detail} ${problem.remedy}`);
  if (state === "running") say(total ? `Embedding: ${done} of ${total} new passages.` : "Reading the articles.");
}

function say(sentence) {
  if (told.textContent !== sentence) told.textContent = sentence;
}

async function begin() {
  const response = await call("/api/reindex", { method: "POST", headers: { Accept: "application/json" } });
  const state = await response.json();
  if (!response.ok) throw new Failure(`${state.detail} ${state.remedy ?? ""}`);
  return state;
}

async function follow() {
  for await (const [name, data] of events("/api/reindex", BROKEN)) {
    const state = JSON.parse(data);
    show(state);
    if (name === "done" && state.state === "done") return location.reload(); // the whole page is new
    if (name === "done") return;
  }
  throw new Failure(BROKEN);
}

async function run(first) {
  try {
    if (first) show(await first());
    await follow();
  } catch (error) {
    form.querySelector("button").disabled = false;
    form.querySelector("progress").hidden = true;
    tell(error, say);
  }
}

form?.addEventListener("submit", (event) => {
  event.preventDefault();
  run(begin);
});

if (form?.querySelector("button").disabled) run();
