import { writeFile } from 'node:fs/promises'
import { expect, MINATO, type Page, signIn, test, titles } from './people'

/** Pictures of the main views; into `docs/images` where KOTOGURA_IMAGES names it, else thrown away. */
const FOLDER = process.env.KOTOGURA_IMAGES
const LARGEST_BYTES = 120_000
const QUERY = encodeURIComponent('空港 日当')
const MEANING = encodeURIComponent('もうすぐ赤ちゃんが生まれるので、しばらく仕事を休みたい')
const DESKTOP = { width: 1280, height: 860 }
const PHONE = { width: 390, height: 780 }

async function take(page: Page, name: string): Promise<void> {
  await page.waitForLoadState('networkidle')
  await page.evaluate(() => document.fonts.ready)
  const browser = await page.context().newCDPSession(page)
  const { data } = await browser.send('Page.captureScreenshot', { format: 'webp', quality: 85 })
  const image = Buffer.from(data, 'base64')
  expect(image.length).toBeLessThan(LARGEST_BYTES)
  if (FOLDER) await writeFile(`${FOLDER}/${name}.webp`, image)
}

for (const scheme of ['light', 'dark'] as const) {
  test(`pictures of the main views, ${scheme}`, async ({ page }) => {
    test.setTimeout(180_000)
    await page.setViewportSize(DESKTOP)
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
    await signIn(page, MINATO, `/?q=${QUERY}`)
    await expect(titles(page).first()).toBeVisible()
    await expect(page.getByRole('region', { name: '近い言葉' })).toBeVisible()
    await take(page, `search-${scheme}`)
    await titles(page).first().getByRole('link').click()
    await page.waitForURL(/\/documents\//)
    await expect(page.getByRole('main').locator('mark').first()).toBeVisible()
    await expect(page.getByRole('heading', { level: 1, name: '旅費規程' })).toBeVisible()
    await take(page, `document-${scheme}`)
    await page.goto('/model')
    await expect(page.getByRole('figure').first()).toBeVisible()
    await take(page, `model-${scheme}`)
    await page.setViewportSize(PHONE)
    await page.goto(`/?mode=meaning&q=${MEANING}`)
    await expect(titles(page).first()).toBeVisible()
    await take(page, `phone-${scheme}`)
  })
}
