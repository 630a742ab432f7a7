// The buttons below an answer: copy, helpful, not helpful.

import { plainText } from "./markdown.js";
import { Failure, fetchFrom, root, showError } from "./server.js";

const FILTERS = ["source", "language", "published_from", "published_to"];

function showMessage(turn, sentence) {
  turn.querySelector(".told").textContent = sentence;
}

async function copyAnswer(turn) {
  if (!navigator.clipboard) throw new Failure("This browser allows copying only on pages served over HTTPS.");
  try {
    await navigator.clipboard.writeText(plainText(turn));
  } catch {
    throw new Failure("The browser blocked copying.");
  }
  showMessage(turn, "Copied.");
}

/** A random id of the turn, so that another person's feedback on the same answer is kept apart. */
export function ensureAnswerId(turn) {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return (turn.dataset.answer ||= [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(""));
}

/** The body of POST /api/feedback. */
function feedbackOn(turn, verdict) {
  const parameters = new URL(turn.querySelector(".permanent").href).searchParams;
  const filters = FILTERS.filter((name) => parameters.has(name)).map((name) => [name, parameters.get(name)]);
  const cards = turn.matches(".answered") ? [...turn.querySelectorAll(".card")] : [];
  return {
    question: parameters.get("q"),
    history: parameters.getAll("h"),
    ...Object.fromEntries(filters),
    verdict,
    answer_id: ensureAnswerId(turn),
    generation: Number(turn.dataset.generation),
    answered: turn.matches(".answered"),
    citations: cards.map(({ dataset }) => ({
      article_id: dataset.article,
      version: dataset.version,
      start: Number(dataset.start),
      end: Number(dataset.end),
    })),
  };
}

async function sendFeedback(turn, button) {
  const response = await fetchFrom(`${root}/api/feedback`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(feedbackOn(turn, button.dataset.verdict)),
  });
  if (!response.ok) throw new Failure("The server could not save your feedback.");
  for (const other of turn.querySelectorAll("[data-verdict]")) {
    other.setAttribute("aria-pressed", String(other === button));
  }
  showMessage(turn, "Thank you.");
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button.copy, button[data-verdict]");
  if (!button) return;
  const turn = button.closest(".turn");
  try {
    await (button.matches(".copy") ? copyAnswer(turn) : sendFeedback(turn, button));
  } catch (error) {
    showError(error, (sentence) => showMessage(turn, sentence));
  }
});
