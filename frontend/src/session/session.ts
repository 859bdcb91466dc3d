import { OidcClient, type SigninResponse, WebStorageStateStore } from 'oidc-client-ts'
import { type App, computed, inject, type InjectionKey, ref, shallowRef } from 'vue'
import type { Configuration, LocalUser } from './configuration'
import { type Person, personOf, readTokens, type Tokens, TOKENS_KEY, writeTokens } from './tokens'

/** A token that ends sooner than this is renewed before it is used. */
const MARGIN_SECONDS = 30
const WINDOW = 'kotogura-sign-in'

/** What is kept while the person is away at the sign-in page. */
interface Journey {
  /** Where to go on afterwards. */
  to: string
  /** Whether a window of its own was opened, over a page that waits. */
  inWindow: boolean
}

/**
 * Who is signed in: authorization code with PKCE at Cognito, the same on AWS and on a laptop.
 *
 * A session that ends while the page is in use leaves the page as it is: requests wait until the
 * person has signed in again in a window of its own, so that nothing typed is lost.
 */
export class Session {
  readonly person = shallowRef<Person | null>(null)
  readonly isExpired = ref(false)
  readonly isAdmin = computed(() => this.person.value?.role === 'admin')
  private readonly client: OidcClient
  private waiting: (() => void)[] = []
  private renewal: Promise<string | null> | null = null

  constructor(private readonly configuration: Configuration) {
    const base = configuration.signInUrl || location.origin
    this.client = new OidcClient({
      authority: base,
      metadata: {
        issuer: base,
        authorization_endpoint: `${base}/oauth2/authorize`,
        token_endpoint: `${base}/oauth2/token`,
      },
      client_id: configuration.clientId,
      redirect_uri: `${location.origin}/signed-in`,
      scope: 'openid email',
      stateStore: new WebStorageStateStore({ store: localStorage, prefix: 'kotogura.sign-in.' }),
    })
    this.adopt(readTokens())
    window.addEventListener('storage', (event) => {
      if (event.key === TOKENS_KEY) this.adopt(readTokens())
    })
  }

  /** People whom one click signs in, on a laptop. */
  get localUsers(): LocalUser[] {
    return this.configuration.users ?? []
  }

  /** Leaves for the sign-in page, and comes back to the path `to`. */
  async signIn(to: string, user?: LocalUser): Promise<void> {
    await this.leave({ to, inWindow: false }, '_self', user)
  }

  /** Signs in anew in a window of its own. Call it from a click, or browsers block the window. */
  async signInAgain(user?: LocalUser): Promise<void> {
    window.open('', WINDOW, 'width=480,height=680')
    await this.leave({ to: '/', inWindow: true }, WINDOW, user)
  }

  /** Ends a way through the sign-in page. */
  async finish(url: string): Promise<Journey> {
    const response = await this.client.processSigninResponse(url)
    this.keep(response)
    return (response.userState as Journey | undefined) ?? { to: '/', inWindow: false }
  }

  /** Forgets the tokens, and ends Cognito's own session too. */
  signOut(): void {
    writeTokens(null)
    this.adopt(null)
    const query = new URLSearchParams({
      client_id: this.configuration.clientId,
      logout_uri: `${location.origin}/`,
    })
    location.assign(`${this.configuration.signInUrl}/logout?${query}`)
  }

  /** Returns an access token that is good for now; waits while the person signs in again. */
  async token(): Promise<string> {
    const tokens = readTokens()
    if (tokens && tokens.expiresAt - MARGIN_SECONDS > Date.now() / 1000) return tokens.accessToken
    return this.replacement(tokens)
  }

  /** Returns another token in the place of one that the API refused. */
  async tokenInsteadOf(refused: string): Promise<string> {
    const tokens = readTokens()
    if (tokens && tokens.accessToken !== refused) return tokens.accessToken
    return this.replacement(tokens)
  }

  private async replacement(tokens: Tokens | null): Promise<string> {
    this.renewal ??= this.renew(tokens).finally(() => {
      this.renewal = null
    })
    const renewed = await this.renewal
    if (renewed !== null) return renewed
    this.isExpired.value = true
    await new Promise<void>((resolve) => this.waiting.push(resolve))
    return this.token()
  }

  /** Returns null where the person has to sign in again; throws where nobody could be asked. */
  private async renew(tokens: Tokens | null): Promise<string | null> {
    if (!tokens?.refreshToken) return null
    const response = await fetch(`${this.configuration.signInUrl}/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'refresh_token',
        client_id: this.configuration.clientId,
        refresh_token: tokens.refreshToken,
      }),
    })
    if (response.status >= 400 && response.status < 500) return null
    if (!response.ok) throw new TypeError(`the sign-in service answered ${response.status}`)
    const answer = (await response.json()) as { access_token: string; expires_in: number }
    const renewed: Tokens = {
      accessToken: answer.access_token,
      refreshToken: tokens.refreshToken,
      expiresAt: Date.now() / 1000 + answer.expires_in,
      name: tokens.name,
    }
    writeTokens(renewed)
    this.adopt(renewed)
    return renewed.accessToken
  }

  private async leave(journey: Journey, target: string, user?: LocalUser): Promise<void> {
    const request = await this.client.createSigninRequest({ state: journey })
    if (user) submitCredentials(`${this.configuration.signInUrl}/login`, request.url, target, user)
    else window.open(request.url, target)
  }

  private keep(response: SigninResponse): void {
    const tokens: Tokens = {
      accessToken: response.access_token,
      refreshToken: response.refresh_token ?? null,
      expiresAt: response.expires_at ?? Date.now() / 1000 + 3600,
      name: response.profile.email ?? '',
    }
    writeTokens(tokens)
    this.adopt(tokens)
  }

  private adopt(tokens: Tokens | null): void {
    this.person.value = tokens === null ? null : personOf(tokens)
    if (tokens === null || tokens.expiresAt < Date.now() / 1000) return
    this.isExpired.value = false
    for (const resolve of this.waiting.splice(0)) resolve()
  }
}

/** Fills in the sign-in page's form as the person would: the rest of the way is the same. */
function submitCredentials(action: string, url: string, target: string, user: LocalUser): void {
  const form = document.createElement('form')
  form.method = 'post'
  form.action = action
  form.target = target
  const fields = new URLSearchParams(new URL(url, location.origin).search)
  fields.set('username', user.user)
  fields.set('password', user.password)
  for (const [name, value] of fields) {
    const field = document.createElement('input')
    field.type = 'hidden'
    field.name = name
    field.value = value
    form.append(field)
  }
  document.body.append(form)
  form.submit()
  form.remove()
}

const KEY: InjectionKey<Session> = Symbol('session')

export function provideSession(app: App, session: Session): void {
  app.provide(KEY, session)
}

/** The session, within a component's setup. */
export function useSession(): Session {
  const session = inject(KEY)
  if (!session) throw new Error('provideSession() comes first')
  return session
}
