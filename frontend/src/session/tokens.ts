/** What signing in brings; kept in this browser, for all tabs, until signed out. */
export interface Tokens {
  accessToken: string
  refreshToken: string | null
  /** Seconds since 1970. */
  expiresAt: number
  /** The person's e-mail address. */
  name: string
}

/** Whose documents are meant, and who is asking. */
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

/** Reads the access token's claims to show them; only the API's check of the signature counts. */
export function personOf({ accessToken, name }: Tokens): Person {
  const payload = accessToken.split('.')[1] ?? ''
  const bytes = Uint8Array.from(atob(payload.replaceAll('-', '+').replaceAll('_', '/')), (letter) =>
    letter.charCodeAt(0),
  )
  const claims = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>
  return {
    tenant: String(claims.tenant ?? ''),
    role: String(claims.role ?? 'member'),
    name,
  }
}
