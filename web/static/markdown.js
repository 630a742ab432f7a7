// A turn with its citations as Markdown and as plain text.

const unchanged = (text) => text;
/** Articles may contain Markdown and HTML. */
const escapeMarkup = (text) => text.replace(/[\\`*_[\]<>#|~&]/g, "\\$&");

function lineOf(element) {
  return element ? element.textContent.replace(/\s+/g, " ").trim() : "";
}

function linesOf(parent, selector) {
  return [...parent.querySelectorAll(selector)].map(lineOf);
}

function answerSections(turn, escape) {
  const items = turn.querySelector("ol.finding");
  const quotes = [...turn.querySelectorAll(".finding q")].map((quote) => {
    const citation = quote.parentElement.nextElementSibling;
    const when = lineOf(quote.closest("li")?.querySelector("time"));
    return `${items ? "- " : ""}${when ? `${when}: ` : ""}“${escape(lineOf(quote))}” ${citation.textContent}`;
  });
  return [
    linesOf(turn, ".short").map(escape).join(" / "),
    linesOf(turn, ".compared > div, .computed").map(escape).join("\n"),
    [...linesOf(turn, ".verdict").map(escape), ...quotes].join(items ? "\n" : " ") ||
      lineOf(turn.querySelector(".finding")),
    ...linesOf(turn, ".near").map(escape),
    ...[...turn.querySelectorAll(".held a")].map((link) => `${escape(lineOf(link))}\n  <${link.href}>`),
    ...linesOf(turn, ".more, .unanswered").map(escape),
  ];
}

/** [number], title and origin, then the addresses of the quoted words here and in the original. */
function citationSection(card, escape) {
  const title = lineOf(card.querySelector("h4 > span:last-child"));
  const description = [title, ...linesOf(card, ".origin > li")].map(escape).join(", ");
  const links = [card.querySelector("a.words"), card.querySelector(".original")].filter(Boolean);
  const number = card.dataset.number ? `[${card.dataset.number}] ` : "";
  return `${number}${description}\n  ${links.map((link) => `<${link.href}>`).join("\n  ")}`;
}

function sectionsOf(turn, escape) {
  const cards = turn.matches(".answered") ? [...turn.querySelectorAll(".card")] : [];
  return [...answerSections(turn, escape), ...cards.map((card) => citationSection(card, escape))].filter(Boolean);
}

export function plainText(turn) {
  const text = [lineOf(turn.querySelector("h2")), ...sectionsOf(turn, unchanged)].join("\n\n");
  return text.replace(/<(https?:[^>\s]+)>/g, "$1");
}

export function markdown(title, turns) {
  const parts = turns.map((turn) => {
    const heading = `## ${escapeMarkup(lineOf(turn.querySelector("h2")))}`;
    const interpreted = linesOf(turn, ".interpreted span").map((line) => `Interpreted as: ${escapeMarkup(line)}`);
    const [answer, ...others] = sectionsOf(turn, escapeMarkup);
    const items = others.map((section) => (section.startsWith("[") ? `- ${section}` : section));
    return [heading, ...interpreted, answer, ...items].join("\n\n");
  });
  return `# ${escapeMarkup(title)}\n\n${parts.join("\n\n")}\n`;
}
