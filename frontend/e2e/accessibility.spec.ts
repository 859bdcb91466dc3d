import {
  expect,
  expectAccessible,
  expectNoSidewaysScrolling,
  MINATO,
  signIn,
  test,
  titles,
} from './people'

const VIEWS: Record<string, string> = {
  'the box': '/',
  hits: `/?q=${encodeURIComponent('空港 日当')}`,
  'no hits': '/?mode=words&q=zzzqqq',
  upload: '/upload',
  library: '/documents',
  words: '/words',
  model: '/model',
  usage: '/usage',
  operations: '/operations',
}

// A dozen pages each, on a machine that may be busy.
test.describe.configure({ timeout: 300_000 })

for (const scheme of ['light', 'dark'] as const) {
  test(`axe finds nothing in any view, ${scheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
    await page.goto('/sign-in')
    await expect(page.getByRole('button', { name: MINATO })).toBeVisible()
    await expectAccessible(page)
    await signIn(page, MINATO)
    for (const path of Object.values(VIEWS)) {
      await page.goto(path)
      await page.waitForLoadState('networkidle')
      await expectAccessible(page)
    }
    await page.goto(VIEWS.hits ?? '/')
    await titles(page).first().getByRole('link').click()
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    await expectAccessible(page)
  })
}

test('no view scrolls sideways on the smallest phone', async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 640 })
  await page.goto('/sign-in')
  await expect(page.getByRole('button', { name: MINATO })).toBeVisible()
  await expectNoSidewaysScrolling(page)
  await signIn(page, MINATO)
  for (const path of Object.values(VIEWS)) {
    await page.goto(path)
    await page.waitForLoadState('networkidle')
    await expectNoSidewaysScrolling(page)
  }
  await page.goto(VIEWS.hits ?? '/')
  await titles(page).first().getByRole('link').click()
  await expect(page.getByRole('main').locator('mark').first()).toBeVisible()
  await expectNoSidewaysScrolling(page)
})

test('the way from signing in to a document needs no mouse', async ({ page }) => {
  await page.goto('/sign-in')
  await page.getByRole('button', { name: MINATO }).focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('banner')).toBeVisible()
  // The first stop leads past the header.
  await page.keyboard.press('Tab')
  await expect(page.getByRole('link', { name: '本文へ移る' })).toBeFocused()
  await page.keyboard.press('Enter')
  await page.keyboard.press('Tab')
  await expect(page.getByRole('combobox')).toBeFocused()
  await page.keyboard.type('空港')
  await page.keyboard.press('Enter')
  await expect(titles(page).first()).toBeVisible()
  await titles(page).first().getByRole('link').focus()
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/documents\//)
})
