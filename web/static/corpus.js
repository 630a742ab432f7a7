// Starts a re-index without a reload and follows its progress. Without scripts, the form does it by reloading.

import { Failure, fetchFrom, root, showError, streamEvents } from "./server.js";

const form = document.querySelector(".reindex form");
const message = document.querySelector(".reindex .progress");
const INCOMPLETE = "Progress updates stopped. Reload this page to see whether the re-index is still running.";

function showStatus({ state, done, total, problem }) {
  const bar = form.querySelector("progress");
  bar.hidden = state !== "running";
  form.querySelector("button").disabled = state === "running";
  if (total) [bar.max, bar.value] = [total, done];
  else bar.removeAttribute("value");
  if (problem) return showMessage(`${problem.detail} ${problem.remedy}`);
  if (state !== "running") return;
  showMessage(total ? `Embedding: ${done} of ${total} new passages.` : "Reading the articles.");
}

/** Changes the message only if it differs, so that screen readers do not repeat it. */
function showMessage(sentence) {
  if (message.textContent !== sentence) message.textContent = sentence;
}

async function startReindex() {
  const response = await fetchFrom(`${root}/api/reindex`, { method: "POST", headers: { Accept: "application/json" } });
  const body = await response.json();
  if (!response.ok) throw new Failure(`${body.detail} ${body.remedy ?? ""}`);
  return body;
}

async function followReindex() {
  for await (const [name, data] of streamEvents(`${root}/api/reindex`, INCOMPLETE)) {
    const status = JSON.parse(data);
    showStatus(status);
    if (name === "done" && status.state === "done") return location.reload(); // every part of the page may be new
    if (name === "done") return;
  }
  throw new Failure(INCOMPLETE);
}

async function run(isRunning) {
  try {
    if (!isRunning) showStatus(await startReindex());
    await followReindex();
  } catch (error) {
    form.querySelector("button").disabled = false;
    form.querySelector("progress").hidden = true;
    showError(error, showMessage);
  }
}

form?.addEventListener("submit", (event) => {
  event.preventDefault();
  run(false);
});

if (form?.querySelector("button").disabled) run(true);
