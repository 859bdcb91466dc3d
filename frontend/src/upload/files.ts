/** A file to be uploaded, and the name that its document gets. */
export interface Chosen {
  file: File
  name: string
}

const FORMATS = [
  'txt',
  'text',
  'md',
  'markdown',
  'html',
  'htm',
  'pdf',
  'docx',
  'xlsx',
  'pptx',
  'csv',
  'tsv',
  'json',
  'jsonl',
  'ndjson',
] as const

/** For a file input's `accept`. */
export const ACCEPTED = FORMATS.map((format) => `.${format}`).join(',')

export const LARGEST_BYTES = 20_000_000

/** Why a file can't be uploaded, told before anything is sent; null where it can. */
export function refusal({
  file,
  name,
}: Chosen):
  | 'unsupported-document'
  | 'document-too-large'
  | 'empty-document'
  | 'invalid-document-name'
  | null {
  const ending = /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? ''
  if (!FORMATS.some((format) => format === ending)) return 'unsupported-document'
  if (file.size > LARGEST_BYTES) return 'document-too-large'
  if (file.size === 0) return 'empty-document'
  return new TextEncoder().encode(name).length > 900 ? 'invalid-document-name' : null
}

/** Files of a file input; those of a folder keep their paths below it. */
export function chosenFrom(list: FileList): Chosen[] {
  return Array.from(list).map((file) => ({ file, name: file.webkitRelativePath || file.name }))
}

/** Files that were dropped, those of dropped folders included; what begins with a dot is left out. */
export async function droppedFrom(items: DataTransferItemList): Promise<Chosen[]> {
  // The list is emptied as soon as this function first waits.
  const entries = Array.from(items)
    .map((item) => item.webkitGetAsEntry())
    .filter((entry) => entry !== null)
  const found = await Promise.all(entries.map((entry) => within(entry, '')))
  return found.flat()
}

async function within(entry: FileSystemEntry, folder: string): Promise<Chosen[]> {
  if (entry.name.startsWith('.')) return []
  const name = `${folder}${entry.name}`
  if (entry.isFile) return [{ file: await fileOf(entry as FileSystemFileEntry), name }]
  const found: Chosen[] = []
  for (const child of await childrenOf(entry as FileSystemDirectoryEntry)) {
    found.push(...(await within(child, `${name}/`)))
  }
  return found
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject))
}

/** Reads a folder to its end: a reader gives a hundred entries at a time. */
async function childrenOf(entry: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = entry.createReader()
  const children: FileSystemEntry[] = []
  for (;;) {
    const more = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    )
    if (more.length === 0) return children
    children.push(...more)
  }
}
