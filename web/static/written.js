// A turn in writing, with its citations: as plain text to be pasted, and as Markdown to be kept.

const asIs = (text) => text;
/** What Markdown or HTML would read as more than text; corpora may hold anything. */
const escaped = (text) => text.replace(/[\\`*_[\]<>#|~&]/g, "\\$&");

function tidy(part) {
  return part ? part.textContent.replace(/\s+/g, " ").trim() : "";
}

function all(part, selector) {
  return [...part.querySelectorAll(selector)];
}

function answerLines(turn, safe) {
  const quotes = all(turn, ".finding q").map((quote) => {
    const mark = quote.parentElement.nextElementSibling;
    return `“${safe(tidy(quote))}” ${mark.textContent}`;
  });
  const shorts = all(turn, ".short").map((short) => safe(tidy(short)));
  return [shorts.join(" / "), quotes.join(" ") || tidy(turn.querySelector(".finding")), ...all(turn, ".unanswered").map(tidy).map(safe)];
}

/** One source: [number], title, origin, and where it stands here and on the web. */
function sourceLine(card, safe) {
  const origin = all(card, ".origin > li").map(tidy);
  const named = [tidy(card.querySelector("h4 > span:last-child")), ...origin].map(safe).join(", ");
  const original = card.querySelector(".original");
  const links = [card.querySelector("a.words"), original].filter(Boolean).map((link) => `<${link.href}>`);
  const number = card.dataset.number ? `[${card.dataset.number}] ` : "";
  return `${number}${named}\n  ${links.join("\n  ")}`;
}

function sections(turn, safe) {
  const sources = all(turn, ".card").map((card) => sourceLine(card, safe));
  return [...answerLines(turn, safe), ...(turn.matches(".answered") ? sources : [])].filter(Boolean);
}

export function plainText(turn) {
  return [tidy(turn.querySelector("h2")), ...sections(turn, asIs)].join("\n\n").replace(/<(https?:[^>\s]+)>/g, "$1");
}

export function markdown(title, turns) {
  const parts = turns.map((turn) => {
    const read = turn.querySelector(".interpreted span");
    const heading = `## ${escaped(tidy(turn.querySelector("h2")))}`;
    const [answer, ...rest] = sections(turn, escaped);
    return [heading, ...(read ? [`Read as: ${escaped(tidy(read))}`] : []), answer, ...rest.map(asItem)].join("\n\n");
  });
  return `# ${escaped(title)}\n\n${parts.join("\n\n")}\n`;
}

function asItem(section) {
  return section.startsWith("[") ? `- ${section}` : section;
}
