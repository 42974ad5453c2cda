// A static site of all entries: `node build/site.js FOLDER`. Run again, it asks only for what changed since.

import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { type ChangeLine, type Entry, type Lemma, LemmaError, data, lemma } from "./client.js";

/** What the site remembers: where it is in the feed of changes, and its pages by the id of the entry. */
interface State {
  cursor: string;
  pages: Record<string, Page>;
}

interface Page {
  slug: string;
  title: string;
  definition: string;
}

type Rendered = Entry & { html: string };

const NOTHING: State = { cursor: "", pages: {} };
const BATCH = 100;
// A folder of their own: an entry may be called "index".
const PAGES = "entries";

async function main(): Promise<void> {
  const folder = process.argv[2] ?? "site";
  const api = lemma(process.env["LEMMA_URL"] ?? "http://127.0.0.1:8000", process.env["LEMMA_TOKEN"]);
  await mkdir(join(folder, PAGES), { recursive: true });
  const file = join(folder, "state.json");
  const before: State = await readFile(file, "utf8").then(JSON.parse, () => NOTHING);
  const site = new Site(api, folder, before);
  try {
    await site.update();
  } catch (error) {
    // The glossary was restored from a backup: what the site knows may never have been so.
    if (!(error instanceof LemmaError) || error.problem.code !== "cursor.outdated") throw error;
    for (const { slug } of Object.values(before.pages)) await site.drop(slug);
    site.state = structuredClone(NOTHING);
    await site.update();
  }
  await writeFile(join(folder, "index.html"), index(Object.values(site.state.pages)));
  // Last, so that a build that was cut short is done again from where it began.
  await writeFile(file, JSON.stringify(site.state));
  console.log(`${site.written} pages written, ${site.removed} removed, ${site.requests} requests.`);
}

class Site {
  written = 0;
  removed = 0;
  requests = 0;

  constructor(
    private readonly api: Lemma,
    private readonly folder: string,
    public state: State,
  ) {}

  async update(): Promise<void> {
    for (let more = true; more; ) {
      this.requests += 1;
      const query = this.state.cursor ? { since: this.state.cursor } : {};
      const page = data(await this.api.GET("/api/v1/changes/", { params: { query } }));
      await this.apply(page.results.filter((line) => line.kind === "entry"));
      this.state.cursor = page.nextCursor;
      more = page.more;
    }
  }

  private async apply(lines: ChangeLine[]): Promise<void> {
    const wanted = new Map<string, string>();
    for (const line of lines) {
      if (line.action === "unpublished" || line.action === "deleted") {
        wanted.delete(line.id);
        await this.remove(line.id);
      } else if (line.item !== null) {
        wanted.set(line.id, line.slug);
      }
    }
    const ids = new Map([...wanted].map(([id, slug]) => [slug, id]));
    for (const entry of await this.render([...ids.keys()])) {
      await this.write(ids.get(entry.slug) as string, entry);
    }
  }

  /** The entries with their HTML, a hundred with one request. What was changed meanwhile comes with the next line. */
  private async render(slugs: string[]): Promise<Rendered[]> {
    const found: Rendered[] = [];
    for (let at = 0; at < slugs.length; at += BATCH) {
      this.requests += 1;
      const query = { slugIn: slugs.slice(at, at + BATCH).join(","), fields: "*,html", pageSize: BATCH };
      const page = data(await this.api.GET("/api/v1/entries/", { params: { query } }));
      found.push(...(page.results as Rendered[]));
    }
    return found;
  }

  private async write(id: string, entry: Rendered): Promise<void> {
    const old = this.state.pages[id];
    if (old && old.slug !== entry.slug) await this.drop(old.slug);
    await writeFile(this.path(entry.slug), page(entry));
    this.state.pages[id] = { slug: entry.slug, title: entry.title, definition: entry.briefDefinition };
    this.written += 1;
  }

  async drop(slug: string): Promise<void> {
    await rm(this.path(slug), { force: true });
  }

  private path(slug: string): string {
    return join(this.folder, PAGES, `${slug}.html`);
  }

  private async remove(id: string): Promise<void> {
    const old = this.state.pages[id];
    if (!old) return;
    await this.drop(old.slug);
    delete this.state.pages[id];
    this.removed += 1;
  }
}

function page(entry: Rendered): string {
  const related = entry.related.map((slug) => `<li><a href="${escape(slug)}.html">${escape(slug)}</a></li>`).join("");
  return document(
    entry.title,
    // Safe to show: the API has cleaned it.
    `<h1>${escape(entry.title)}</h1>\n${entry.html}\n${related && `<h2>Related</h2>\n<ul>${related}</ul>\n`}`,
  );
}

function index(pages: Page[]): string {
  const sorted = pages.sort((one, other) => one.title.localeCompare(other.title));
  const rows = sorted.map(
    ({ slug, title, definition }) =>
      `<dt><a href="${PAGES}/${escape(slug)}.html">${escape(title)}</a></dt>\n<dd>${escape(definition)}</dd>`,
  );
  return document("Glossary", `<h1>Glossary</h1>\n<dl>\n${rows.join("\n")}\n</dl>\n`);
}

function document(title: string, body: string): string {
  return `<!doctype html>\n<meta charset="utf-8">\n<title>${escape(title)}</title>\n${body}`;
}

function escape(text: string): string {
  const marks: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text.replace(/[&<>"]/g, (mark) => marks[mark] as string);
}

await main();
