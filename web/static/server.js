// Requests to the server: parts of its pages, and server-sent events.

/** The prefix of this site's addresses: empty, unless a proxy shows the site below one. */
export const root = document.documentElement.dataset.root;

/** A failure in a sentence for people; `canRetry` if the same request may succeed later. */
export class Failure extends Error {
  constructor(sentence, canRetry = true) {
    super(sentence);
    this.canRetry = canRetry;
  }
}

export function textOf(page, selector) {
  return [...page.querySelectorAll(selector)].map((element) => element.textContent.trim()).join(" ").trim();
}

/** The response of the server. Throws Failure if there is none. */
export async function fetchFrom(address, { signal, ...options } = {}) {
  try {
    return await fetch(address, { signal, ...options });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Failure("The server could not be reached. Check your connection and try again.");
  }
}

/** The response to a GET. Throws Failure if the server refuses, in the words of its page if it has any. */
async function get(address, accept, signal) {
  const response = await fetchFrom(address, { headers: { Accept: accept }, signal });
  if (response.ok) return response;
  const page = parsePage(await response.text());
  const problem = textOf(page, "#problem");
  if (problem) throw new Failure(problem, false);
  const reason = textOf(page, ".refusal .what, .refusal .remedy");
  throw new Failure(reason || `The server could not complete this request (status ${response.status}).`);
}

function parsePage(html) {
  return new DOMParser().parseFromString(html, "text/html");
}

/** The first match of a selector in some HTML, or null. */
export function parsePart(html, selector) {
  const part = parsePage(html).querySelector(selector);
  return part && document.adoptNode(part);
}

/** For example the page to sign in. */
function unexpectedPage() {
  return new Failure("The server sent an unexpected page. Reload this page and try again.");
}

/** One part of a page. Throws Failure if the server does not send it. */
export async function fetchPart(address, selector, signal) {
  const response = await get(address, "text/html", signal);
  const part = parsePart(await response.text(), selector);
  if (!part) throw unexpectedPage();
  return part;
}

/** Server-sent events as [name, data]. Throws Failure; its sentence is `incomplete` if the connection breaks. */
export async function* streamEvents(address, incomplete, signal) {
  const response = await get(address, "text/event-stream, text/html;q=0.9", signal);
  if (!response.headers.get("Content-Type")?.startsWith("text/event-stream")) throw unexpectedPage();
  let rest = "";
  for await (const chunk of textChunks(response.body, incomplete, signal)) {
    const blocks = (rest + chunk).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) yield parseEvent(block);
  }
}

async function* textChunks(body, incomplete, signal) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Failure(incomplete);
  }
}

function parseEvent(block) {
  const lines = block.split("\n");
  const valuesOf = (prefix) => lines.filter((line) => line.startsWith(prefix)).map((line) => line.slice(prefix.length));
  return [valuesOf("event: ").join(), valuesOf("data: ").join("\n")];
}

/** Shows an error as a sentence; an error in this code is thrown again, for the console. */
export function showError(error, show) {
  if (error instanceof Failure) return show(error.message, error.canRetry);
  show("Something went wrong on this page. Reload it and try again.", false);
  throw error;
}
