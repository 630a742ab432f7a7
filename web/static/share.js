// What can be done with an answer: copied with its sources, and judged.

import { Failure, call, tell } from "./server.js";
import { plainText } from "./written.js";

const FILTERS = ["source", "language", "published_from", "published_to"];

function say(turn, sentence) {
  turn.querySelector(".told").textContent = sentence;
}

async function copy(turn) {
  if (!navigator.clipboard) throw new Failure("This browser lets only pages over https copy.");
  try {
    await navigator.clipboard.writeText(plainText(turn));
  } catch {
    throw new Failure("The browser did not let this page copy.");
  }
  say(turn, "Copied.");
}

/** What tells this reader's answer from the same one of another reader; it stays with the turn. */
export function answerId(turn) {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return (turn.dataset.answer ||= [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(""));
}

/** The verdict, with what it is of: the question as it was asked, of which articles, and the spans that were cited. */
function verdictOn(turn, verdict) {
  const asked = new URL(turn.querySelector(".permanent").href).searchParams;
  const cards = turn.matches(".answered") ? [...turn.querySelectorAll(".card")] : [];
  return {
    question: asked.get("q"),
    history: asked.getAll("h"),
    ...Object.fromEntries(FILTERS.filter((name) => asked.has(name)).map((name) => [name, asked.get(name)])),
    verdict,
    answer_id: answerId(turn),
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

async function judge(turn, button) {
  const response = await call("/api/feedback", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(verdictOn(turn, button.dataset.verdict)),
  });
  if (!response.ok) throw new Failure("The server did not keep this.");
  for (const other of turn.querySelectorAll("[data-verdict]")) other.setAttribute("aria-pressed", String(other === button));
  say(turn, "Thank you.");
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button.copy, button[data-verdict]");
  if (!button) return;
  const turn = button.closest(".turn");
  try {
    await (button.matches(".copy") ? copy(turn) : judge(turn, button));
  } catch (error) {
    tell(error, (sentence) => say(turn, sentence));
  }
});
