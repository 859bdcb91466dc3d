/** A user whom one click signs in; the local stack alone tells of them. */
export interface LocalUser {
  user: string
  password: string
  tenant: string
  tenantName: string
  role: string
}

/** What a deployment tells the page, in `/config.json` beside it. */
export interface Configuration {
  /** Base address of the HTTP API, absolute or a path of this origin. */
  apiUrl: string
  /** Base address of Cognito's sign-in page, without a slash at the end. */
  signInUrl: string
  clientId: string
  stage: string
  users?: LocalUser[]
}

/** Reads the configuration; throws where the page was served without one. */
export async function loadConfiguration(): Promise<Configuration> {
  const response = await fetch('/config.json', { cache: 'no-store' })
  if (!response.ok) throw new Error(`/config.json answered ${response.status}`)
  return (await response.json()) as Configuration
}
