// What is asked of the server: parts of its pages, events, and what went wrong, as a sentence.

/** What went wrong, for the person asking; `again` where the same may well succeed later. */
export class Failure extends Error {
  constructor(sentence, again = true) {
    super(sentence);
    this.again = again;
  }
}

export function textOf(page, selector) {
  return [...page.querySelectorAll(selector)].map((part) => part.textContent.trim()).join(" ").trim();
}

/** Why the server gave another page than the one asked for, in that page's own words where it has some. */
function refusal(page, status) {
  const problem = textOf(page, "#problem");
  if (problem) return new Failure(problem, false);
  const reason = textOf(page, ".refusal .what, .refusal .remedy");
  return new Failure(reason || `The server could not do this just now (status ${status}).`);
}

/** A reply of the server. Throws Failure where there is none. */
export async function call(address, { signal, ...options } = {}) {
  try {
    return await fetch(address, { signal, ...options });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Failure("The server could not be reached. Check the connection, then try again.");
  }
}

function pageOf(html) {
  return new DOMParser().parseFromString(html, "text/html");
}

export function parsed(html, selector) {
  const part = pageOf(html).querySelector(selector);
  return part && document.adoptNode(part);
}

async function refusalOf(response) {
  return refusal(pageOf(await response.text()), response.status);
}

/** A page where another one was expected, such as one to sign in. */
function otherPage() {
  return new Failure("The server gave another page than this one expects. Reload it, then try again.");
}

/** One part of a page of this site. Throws Failure where the server gives no such part. */
export async function fetchPart(address, selector, signal) {
  const response = await call(address, { headers: { Accept: "text/html" }, signal });
  if (!response.ok) throw await refusalOf(response);
  const part = parsed(await response.text(), selector);
  if (!part) throw otherPage();
  return part;
}

/** Server-sent events, [name, data] as they come. Throws Failure where the server refuses, or with `broken` where it breaks off. */
export async function* events(address, broken, signal) {
  const response = await call(address, { headers: { Accept: "text/event-stream, text/html;q=0.9" }, signal });
  if (!response.ok) throw await refusalOf(response);
  if (!response.headers.get("Content-Type")?.startsWith("text/event-stream")) throw otherPage();
  let held = "";
  for await (const chunk of chunks(response.body, broken, signal)) {
    const blocks = (held + chunk).split("\n\n");
    held = blocks.pop();
    for (const block of blocks) yield event(block);
  }
}

async function* chunks(body, broken, signal) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Failure(broken);
  }
}

function event(block) {
  const lines = block.split("\n");
  const of = (field) => lines.filter((line) => line.startsWith(`${field}: `)).map((line) => line.slice(field.length + 2));
  return [of("event").join(), of("data").join("\n")];
}

/** Shows an error as a sentence. One that is a fault of this page is thrown on as well, so that the console has it. */
export function tell(error, show) {
  if (error instanceof Failure) return show(error.message, error.again);
  show("This page met a fault of its own. Reload it, then try again.", false);
  throw error;
}
