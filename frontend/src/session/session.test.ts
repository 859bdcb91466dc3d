import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Session } from './session'
import { TOKENS_KEY, type Tokens, writeTokens } from './tokens'

const CONFIGURATION = {
  apiUrl: '/api',
  signInUrl: 'http://sign-in.test',
  clientId: 'page',
  stage: 'test',
}
const HOUR = 3600

function token(name: string): string {
  const claims = btoa(JSON.stringify({ tenant: 'minato-shoji', role: 'admin', username: name }))
  return `header.${claims}.signature`
}

function keep(name: string, seconds: number, refreshToken: string | null = 'refresh'): Tokens {
  const expiresAt = Date.now() / 1000 + seconds
  const tokens = { accessToken: token(name), refreshToken, expiresAt, name: `${name}@example.com` }
  writeTokens(tokens)
  return tokens
}

beforeEach(() => localStorage.clear())
afterEach(() => vi.unstubAllGlobals())

describe('a session', () => {
  it('knows whose documents are meant, and what the person may do', () => {
    keep('a', HOUR)
    const session = new Session(CONFIGURATION)
    expect(session.person.value).toEqual({
      tenant: 'minato-shoji',
      role: 'admin',
      name: 'a@example.com',
    })
    expect(session.isAdmin.value).toBe(true)
  })

  it('renews a token that ends soon, once for all who wait', async () => {
    keep('old', 5)
    const fetched = vi.fn(async () =>
      Response.json({ access_token: token('new'), expires_in: HOUR }),
    )
    vi.stubGlobal('fetch', fetched)
    const session = new Session(CONFIGURATION)
    expect(await Promise.all([session.token(), session.token()])).toEqual([
      token('new'),
      token('new'),
    ])
    expect(fetched).toHaveBeenCalledTimes(1)
  })

  it('lets requests wait while the person signs in again, and then goes on', async () => {
    keep('old', -5)
    vi.stubGlobal('fetch', async () => Response.json({ error: 'invalid_grant' }, { status: 400 }))
    const session = new Session(CONFIGURATION)
    const waiting = session.token()
    await vi.waitFor(() => expect(session.isExpired.value).toBe(true))
    keep('again', HOUR)
    window.dispatchEvent(new StorageEvent('storage', { key: TOKENS_KEY }))
    expect(await waiting).toBe(token('again'))
    expect(session.isExpired.value).toBe(false)
  })

  it('does not call a session ended because nobody could be asked', async () => {
    keep('old', 5)
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')))
    const session = new Session(CONFIGURATION)
    await expect(session.token()).rejects.toBeInstanceOf(TypeError)
    expect(session.isExpired.value).toBe(false)
  })

  it('takes the newer token that another tab has fetched', async () => {
    keep('old', HOUR)
    const session = new Session(CONFIGURATION)
    keep('newer', HOUR)
    expect(await session.tokenInsteadOf(token('old'))).toBe(token('newer'))
  })

  it('is over in every tab once the person signs out', () => {
    keep('a', HOUR)
    const session = new Session(CONFIGURATION)
    localStorage.removeItem(TOKENS_KEY)
    window.dispatchEvent(new StorageEvent('storage', { key: TOKENS_KEY }))
    expect(session.person.value).toBeNull()
  })
})
