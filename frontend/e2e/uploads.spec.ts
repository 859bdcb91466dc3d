import { expect, MINATO, signIn, test } from './people'

const PART_BYTES = 5_242_880
const SECRET = '瑠璃色の長い手引'

/** Some 6 MB of a page whose text is short: what is sent is large, what is read is not. */
function largePage(): Buffer {
  const text = `<title>${SECRET}</title><p>${SECRET}は二つに分けて届きます。</p>`
  return Buffer.from(`<meta charset="utf-8">${text}<!--${'x'.repeat(PART_BYTES + 900_000)}-->`)
}

test('goes on with a large file where its connection broke', async ({ page }) => {
  test.setTimeout(120_000)
  await signIn(page, MINATO, '/upload')
  const sent: string[] = []
  let isBroken = true
  // The second part breaks off once, as it does in a tunnel.
  await page.route(
    (url) => url.searchParams.has('partNumber'),
    (route) => {
      const number = new URL(route.request().url()).searchParams.get('partNumber') ?? ''
      if (route.request().method() !== 'PUT') return route.continue()
      if (number === '2' && isBroken) return route.abort('connectionreset')
      sent.push(number)
      return route.continue()
    },
  )
  const name = `large-${Date.now()}.html`
  await page
    .getByLabel('ファイルを選ぶ')
    .and(page.locator('input'))
    .setInputFiles({ name, mimeType: 'text/html', buffer: largePage() })
  const item = page.getByRole('listitem').filter({ hasText: name })
  await expect(item).toContainText('送れませんでした', { timeout: 45_000 })
  expect(sent).toEqual(['1'])
  isBroken = false
  await item.getByRole('button', { name: 'もう一度試す' }).click()
  await expect(item).toContainText('検索できます', { timeout: 60_000 })
  expect(sent).toEqual(['1', '2'])
  await page.goto(`/?mode=words&q=${encodeURIComponent(SECRET)}`)
  await expect(page.getByRole('article').filter({ hasText: SECRET }).first()).toBeVisible()
})
