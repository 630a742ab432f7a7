// A citation mark under the pointer or with the focus previews its quote and highlights its card. The preview stays
// while the pointer is on it, and closes on Escape (WCAG 2.2, 1.4.13).

const preview = document.createElement("div");
Object.assign(preview, { id: "preview", className: "preview", popover: "manual", role: "tooltip" });
document.querySelector("main").append(preview); // inside a landmark

let shownMark = null; // the mark whose quote is shown
let hideTimer = 0;

function cardOf(mark) {
  return mark.closest(".turn").querySelector(`.card[data-number="${CSS.escape(mark.dataset.number)}"]`);
}

function highlight(card) {
  for (const other of document.querySelectorAll(".card.highlighted")) {
    if (other !== card) other.classList.remove("highlighted");
  }
  card?.classList.add("highlighted");
}

/** Puts the preview below its mark, so that the sentence stays in view, or above it if there is no room. */
function placeBeside(mark) {
  const box = mark.getBoundingClientRect();
  const { width, height } = preview.getBoundingClientRect();
  const { clientWidth, clientHeight } = document.documentElement;
  const left = Math.min(box.left + box.width / 2 - width / 2, clientWidth - width - 8);
  const fitsBelow = clientHeight - box.bottom > height + 8;
  preview.style.left = `${Math.max(8, left)}px`;
  preview.style.top = `${fitsBelow || box.top < height ? box.bottom + 6 : box.top - height - 6}px`;
}

function show(mark) {
  clearTimeout(hideTimer);
  const card = cardOf(mark);
  highlight(card);
  if (shownMark === mark || !card) return;
  hide();
  shownMark = mark;
  preview.dir = card.dir;
  preview.replaceChildren(...[...card.querySelectorAll(":scope > :is(h4, .origin, blockquote)")].map(copyOf));
  preview.showPopover();
  placeBeside(mark);
  mark.setAttribute("aria-describedby", preview.id);
}

/** A copy of a part of a card; a heading becomes a paragraph, to keep the page's outline. */
function copyOf(part) {
  const copy = part.cloneNode(true);
  if (part.tagName !== "H4") return copy;
  const title = Object.assign(document.createElement("p"), { className: "title" });
  title.append(...copy.childNodes);
  return title;
}

function hide() {
  clearTimeout(hideTimer);
  if (!shownMark) return;
  shownMark.removeAttribute("aria-describedby");
  shownMark = null;
  preview.hidePopover();
}

document.addEventListener("pointerover", (event) => {
  if (event.pointerType === "touch") return;
  clearTimeout(hideTimer);
  const mark = event.target.closest?.(".cite");
  if (mark) show(mark);
  else if (!preview.contains(event.target) && document.activeElement !== shownMark) {
    hideTimer = setTimeout(hide, 200); // time for the pointer to reach the preview
  }
});

document.addEventListener("focusin", (event) => {
  const mark = event.target.closest(".cite");
  highlight(mark && cardOf(mark));
  if (mark?.matches(":focus-visible")) show(mark);
  else hide();
});

document.addEventListener("focusout", hide);
document.addEventListener("click", hide);

// Tab may scroll to a mark: its preview follows.
addEventListener("scroll", () => {
  const box = shownMark?.getBoundingClientRect();
  if (!box) return;
  if (box.bottom < 0 || box.top > innerHeight) hide();
  else placeBeside(shownMark);
}, { capture: true, passive: true });

// Escape closes the preview first, hence `capture`.
addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !shownMark) return;
  event.preventDefault();
  hide();
}, { capture: true });
