import { AxeBuilder } from '@axe-core/playwright'
import { expect, type Page, test as base } from '@playwright/test'

export const MINATO = 'minato@example.com'
export const MINATO_MEMBER = 'minato-member@example.com'
export const HOSHINO = 'hoshino@example.com'

/** Fails a test whose page logs an error, such as a breach of the content security policy. */
export const test = base.extend<{ errors: string[] }>({
  errors: [
    async ({ page }, use) => {
      const errors: string[] = []
      page.on('pageerror', (error) => errors.push(error.message))
      page.on('console', (message) => {
        // The browser itself logs statuses of 400 and more, which the page expects and shows.
        const isStatus = message.text().startsWith('Failed to load resource')
        if (message.type() === 'error' && !isStatus) errors.push(message.text())
      })
      await use(errors)
      expect(errors).toEqual([])
    },
    { auto: true },
  ],
})

/** Signs in by one click and waits at `path`. */
export async function signIn(page: Page, user: string, path = '/'): Promise<void> {
  await page.goto(path)
  await page.getByRole('button', { name: user }).click()
  await expect(page.getByRole('banner')).toBeVisible()
}

export async function search(page: Page, query: string): Promise<void> {
  await page.getByRole('combobox', { name: '検索する言葉や質問' }).fill(query)
  await page.getByRole('combobox', { name: '検索する言葉や質問' }).press('Enter')
}

/** The titles of the hits, the best first. */
export function titles(page: Page) {
  return page.getByRole('article').getByRole('heading')
}

/** Everything that axe knows of WCAG 2.2 A and AA. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
    .analyze()
  expect(
    violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`),
  ).toEqual([])
}

export async function expectNoSidewaysScrolling(page: Page): Promise<void> {
  const beyond = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  expect(beyond).toBeLessThanOrEqual(0)
}

export { expect, type Page }
