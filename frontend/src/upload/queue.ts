import { computed, reactive, ref } from 'vue'
import { isAbort } from '@/api/client'
import type { DocumentState } from '@/documents/library'
import { type Chosen, refusal } from './files'

/** How many files are sent at a time. */
const AT_A_TIME = 3

/** Where a file is on its way; from `received` on, the service tells. */
export type Stage = 'waiting' | 'sending' | 'failed' | 'refused' | DocumentState

export interface Item {
  id: number
  chosen: Chosen
  stage: Stage
  sentBytes: number
  documentId: string | null
  /** Why it was refused or quarantined: a code, and a sentence of the service. */
  reason: { code: string; detail: string } | null
  error: unknown
}

/** What was sent: its document, and when that was by the service's clock. */
export interface Sent {
  documentId: string
  at: string
}

/** Sends one file, and tells how many bytes have gone. */
export type Send = (
  chosen: Chosen,
  onProgress: (sentBytes: number) => void,
  signal: AbortSignal,
) => Promise<Sent>

/** What the service says of documents, by id. */
export type Looked = Map<
  string,
  { state: DocumentState; reason: Item['reason']; updatedAt: string }
>

/** Files on their way: a few are sent at a time, each can fail, be tried again or be taken out. */
export function useQueue(send: Send) {
  const items = ref<Item[]>([])
  const abort = new AbortController()
  const sentAt = new Map<number, string>()
  let latest = 0

  const isBusy = computed(() =>
    items.value.some((one) => one.stage === 'waiting' || one.stage === 'sending'),
  )
  const isAwaited = computed(() => items.value.some((one) => one.stage === 'received'))

  function add(chosen: Chosen[]): void {
    for (const one of chosen) {
      const code = refusal(one)
      latest += 1
      items.value.push(
        reactive({
          id: latest,
          chosen: one,
          stage: code === null ? 'waiting' : 'refused',
          sentBytes: 0,
          documentId: null,
          reason: code === null ? null : { code, detail: '' },
          error: null,
        }),
      )
    }
    next()
  }

  function retry(item: Item): void {
    Object.assign(item, { stage: 'waiting', sentBytes: 0, error: null, reason: null })
    next()
  }

  function remove(item: Item): void {
    items.value = items.value.filter((one) => one.id !== item.id)
  }

  /** Takes over what the service says; only of the upload of now, not of an earlier one. */
  function look(looked: Looked): void {
    for (const item of items.value) {
      if (item.stage !== 'received' || item.documentId === null) continue
      const found = looked.get(item.documentId)
      if (!found || found.updatedAt < (sentAt.get(item.id) ?? '')) continue
      item.stage = found.state
      item.reason = found.reason
    }
  }

  function next(): void {
    const sending = items.value.filter((one) => one.stage === 'sending').length
    for (const item of items.value
      .filter((one) => one.stage === 'waiting')
      .slice(0, AT_A_TIME - sending)) {
      void run(item)
    }
  }

  async function run(item: Item): Promise<void> {
    item.stage = 'sending'
    try {
      const sent = await send(
        item.chosen,
        (sentBytes) => {
          item.sentBytes = sentBytes
        },
        abort.signal,
      )
      sentAt.set(item.id, sent.at)
      item.documentId = sent.documentId
      item.sentBytes = item.chosen.file.size
      item.stage = 'received'
    } catch (error) {
      if (isAbort(error)) return
      item.error = error
      item.stage = 'failed'
    }
    next()
  }

  return { items, isBusy, isAwaited, add, retry, remove, look, end: () => abort.abort() }
}
