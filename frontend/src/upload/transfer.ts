import { Unreachable } from '@/api/problems'

/** The store refused what was sent. */
export class TransferRefused extends Error {
  constructor(readonly status: number) {
    super(`the store answered ${status}`)
  }
}

/**
 * Puts bytes to a presigned URL and tells how many have gone; by XMLHttpRequest, for `fetch` tells
 * nothing of what it sends. Returns the ETag.
 */
export function put(
  url: string,
  body: Blob,
  onProgress: (sentBytes: number) => void,
  signal: AbortSignal,
): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    const abort = (): void => request.abort()
    const settle = (act: () => void): void => {
      signal.removeEventListener('abort', abort)
      act()
    }
    request.open('PUT', url)
    request.upload.onprogress = (event) => onProgress(event.loaded)
    request.onload = () =>
      settle(() => {
        if (request.status < 300) resolve(request.getResponseHeader('ETag'))
        else reject(new TransferRefused(request.status))
      })
    request.onerror = () => settle(() => reject(new Unreachable('the store does not answer')))
    request.onabort = () => settle(() => reject(new DOMException('called off', 'AbortError')))
    signal.addEventListener('abort', abort)
    if (signal.aborted) abort()
    // A type would have to be part of the signature.
    else request.send(body.slice(0, body.size, ''))
  })
}
