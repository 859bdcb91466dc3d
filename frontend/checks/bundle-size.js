// Holds the page to its budget: what the search view needs before it can be used, compressed.
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const BUDGET_BYTES = 150_000

const manifest = JSON.parse(readFileSync('dist/.vite/manifest.json', 'utf8'))

/** Adds the files of a chunk and of everything it imports at once. */
function collect(name, files) {
  const chunk = manifest[name]
  if (!chunk) throw new Error(`the build has no ${name}`)
  if (files.has(chunk.file)) return
  files.add(chunk.file)
  for (const sheet of chunk.css ?? []) files.add(sheet)
  for (const imported of chunk.imports ?? []) collect(imported, files)
}

const files = new Set(['index.html'])
// The search view is part of the entry; other views are loaded when they are opened.
collect('index.html', files)

const sizes = [...files].map((file) => [file, gzipSync(readFileSync(`dist/${file}`)).length])
const total = sizes.reduce((sum, [, bytes]) => sum + bytes, 0)
for (const [file, bytes] of sizes) console.log(`${String(bytes).padStart(8)}  ${file}`)
console.log(
  `${String(total).padStart(8)}  bytes gzip of ${BUDGET_BYTES} that the search view may take`,
)
if (total > BUDGET_BYTES) {
  console.error('the search view is too large: load what it does not need at first lazily')
  process.exit(1)
}
