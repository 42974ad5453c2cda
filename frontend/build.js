// Bundles src/ into publishing/static/lemma. With --check it writes nothing and fails if the committed files differ.
import { build } from "esbuild";
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const target = "../publishing/static/lemma";

const result = await build({
  absWorkingDir: here("."),
  entryPoints: { lemma: "src/main.js", "lemma-graph": "src/graph.js", "lemma-style": "src/main.css" },
  outdir: here(target),
  bundle: true,
  minify: true,
  format: "iife",
  target: ["chrome111", "firefox115", "safari16.4"],
  legalComments: "none",
  banner: { js: "/* Made from frontend/ by make frontend. */" },
  write: false,
});

const different = [];
for (const file of result.outputFiles) {
  const before = await readFile(file.path).catch(() => null);
  if (before && before.equals(Buffer.from(file.contents))) continue;
  different.push(file.path);
  if (!process.argv.includes("--check")) await writeFile(file.path, file.contents);
}

if (process.argv.includes("--check")) {
  if (different.length) {
    console.error(`These files are not what frontend/ makes:\n  ${different.join("\n  ")}\nRun: make frontend`);
    process.exit(1);
  }
  console.log("The bundled files are what frontend/ makes.");
} else {
  for (const file of result.outputFiles) console.log(`${file.path}: ${Math.round(file.contents.length / 1024)} kB`);
}
