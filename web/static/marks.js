// A mark in the answer shows its source: the quote beside it, while it is pointed at or has the focus, and its card lit.
// The quote stays while the pointer is on it, and goes on Escape (WCAG 2.2, 1.4.13).

const peek = document.createElement("div");
peek.id = "peek";
peek.className = "peek";
peek.popover = "manual";
peek.setAttribute("role", "tooltip");
document.querySelector("main").append(peek); // inside of a landmark

let shownFor = null; // the mark whose quote is shown
let leaving = 0; // the timer by which it goes

function cardOf(mark) {
  return mark.closest(".turn").querySelector(`.card[data-number="${CSS.escape(mark.dataset.number)}"]`);
}

function light(card) {
  for (const lit of document.querySelectorAll(".card.lit")) if (lit !== card) lit.classList.remove("lit");
  card?.classList.add("lit");
}

/** Below the mark, so that the sentence before it stays in sight, or above where the window ends. */
function moveTo(mark) {
  const at = mark.getBoundingClientRect();
  const { width, height } = peek.getBoundingClientRect();
  const edge = document.documentElement.clientWidth - width - 8;
  peek.style.left = `${Math.max(8, Math.min(at.left + at.width / 2 - width / 2, edge))}px`;
  const room = document.documentElement.clientHeight - at.bottom;
  peek.style.top = `${room > height + 8 || at.top < height ? at.bottom + 6 : at.top - height - 6}px`;
}

function show(mark) {
  clearTimeout(leaving);
  const card = cardOf(mark);
  light(card);
  if (shownFor === mark || !card) return;
  hide();
  shownFor = mark;
  peek.dir = card.dir;
  peek.replaceChildren(...["h4", ".origin", "blockquote"].flatMap((part) => {
    const found = card.querySelector(part);
    return found ? [plain(found)] : [];
  }));
  peek.showPopover();
  moveTo(mark);
  mark.setAttribute("aria-describedby", peek.id);
}

/** A copy that is no heading: it is a note, and not a part of the page's outline. */
function plain(part) {
  if (part.tagName !== "H4") return part.cloneNode(true);
  const title = document.createElement("p");
  title.className = "title";
  title.append(...part.cloneNode(true).childNodes);
  return title;
}

function hide() {
  clearTimeout(leaving);
  if (!shownFor) return;
  shownFor.removeAttribute("aria-describedby");
  shownFor = null;
  peek.hidePopover();
}

/** Soon, so that the pointer can cross from the mark to its quote. */
function leave() {
  clearTimeout(leaving);
  leaving = setTimeout(hide, 200);
}

document.addEventListener("pointerover", (event) => {
  if (event.pointerType === "touch") return;
  const mark = event.target.closest?.(".cite");
  if (mark) show(mark);
  else if (peek.contains(event.target)) clearTimeout(leaving);
  else if (shownFor && document.activeElement !== shownFor) leave();
});

document.addEventListener("focusin", (event) => {
  const mark = event.target.closest(".cite");
  light(mark && cardOf(mark));
  if (mark?.matches(":focus-visible")) show(mark);
  else hide();
});

document.addEventListener("focusout", hide);
document.addEventListener("click", hide);

// Reaching a mark by Tab may scroll: its quote goes with it, and goes away with it.
addEventListener("scroll", () => {
  const at = shownFor?.getBoundingClientRect();
  if (!at) return;
  if (at.bottom < 0 || at.top > innerHeight) hide();
  else moveTo(shownFor);
}, { capture: true, passive: true });

// Before anything else that Escape would close.
addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !shownFor) return;
  event.preventDefault();
  hide();
}, { capture: true });
