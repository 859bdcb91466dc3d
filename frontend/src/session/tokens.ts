/** What signing in brings; kept in this browser, for all tabs, until signed out. */
export interface Tokens {
  accessToken: string
  refreshToken: string | null
  /** Seconds since 1970. */
  expiresAt: number
}

/** Whose documents are meant, and who is asking: claims of the access token. */
export interface Person {
  tenant: string
  role: string
  name: string
}

export const TOKENS_KEY = 'kotogura.tokens'

export function readTokens(): Tokens | null {
  const text = localStorage.getItem(TOKENS_KEY)
  return text === null ? null : (JSON.parse(text) as Tokens)
}

export function writeTokens(tokens: Tokens | null): void {
  if (tokens === null) localStorage.removeItem(TOKENS_KEY)
  else localStorage.setItem(TOKENS_KEY, JSON.stringify(tokens))
}

/** Reads a token's claims to show them; only the API's own check of the signature counts. */
export function personOf(accessToken: string): Person {
  const payload = accessToken.split('.')[1] ?? ''
  const bytes = Uint8Array.from(atob(payload.replaceAll('-', '+').replaceAll('_', '/')), (letter) =>
    letter.charCodeAt(0),
  )
  const claims = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>
  return {
    tenant: String(claims.tenant ?? ''),
    role: String(claims.role ?? 'member'),
    name: String(claims.username ?? claims.sub ?? ''),
  }
}
