import { expect, MINATO, MINATO_MEMBER, search, signIn, test, titles } from './people'

test('leads to where the person wanted to go', async ({ page }) => {
  await signIn(page, MINATO, '/words')
  await expect(page).toHaveURL(/\/words$/)
})

test('keeps what was typed when the session ends, and goes on after signing in again', async ({
  page,
}) => {
  await signIn(page, MINATO)
  await page.getByRole('combobox', { name: '検索する言葉や質問' }).fill('空港 日当')
  await page.evaluate(() => {
    const tokens = JSON.parse(localStorage.getItem('kotogura.tokens') ?? '{}')
    localStorage.setItem(
      'kotogura.tokens',
      JSON.stringify({ ...tokens, expiresAt: 1, refreshToken: 'gone' }),
    )
  })
  await page.getByRole('combobox', { name: '検索する言葉や質問' }).press('Enter')
  const dialog = page.getByRole('dialog', { name: 'セッションが切れました' })
  // The window that it opens may be closed again before anybody hears of it.
  await dialog.getByRole('button', { name: MINATO }).click()
  await expect(dialog).toHaveCount(0)
  await expect(page.getByRole('combobox', { name: '検索する言葉や質問' })).toHaveValue('空港 日当')
  await expect(titles(page).first()).toHaveText('旅費規程')
})

test('renews a session quietly as long as the sign-in service allows it', async ({ page }) => {
  await signIn(page, MINATO)
  await page.evaluate(() => {
    const tokens = JSON.parse(localStorage.getItem('kotogura.tokens') ?? '{}')
    localStorage.setItem('kotogura.tokens', JSON.stringify({ ...tokens, expiresAt: 1 }))
  })
  await search(page, '空港 日当')
  await expect(titles(page).first()).toHaveText('旅費規程')
})

test('says that it is offline, and searches by itself once it is online', async ({
  page,
  context,
}) => {
  await signIn(page, MINATO)
  await context.setOffline(true)
  await expect(page.getByText('オフラインです')).toBeVisible()
  await search(page, '空港 日当')
  await expect(page.getByRole('alert')).toContainText('つながりません')
  await context.setOffline(false)
  await expect(titles(page).first()).toHaveText('旅費規程')
})

test('offers a member nothing that only admins may do', async ({ page }) => {
  await signIn(page, MINATO_MEMBER, '/model')
  await expect(page.getByRole('heading', { name: '学習', level: 1 })).toBeVisible()
  await expect(page.getByRole('button', { name: '今すぐ学習する' })).toHaveCount(0)
})

test('signs out in every tab', async ({ page, context }) => {
  await signIn(page, MINATO)
  const other = await context.newPage()
  await other.goto('/words')
  await expect(other.getByRole('banner')).toBeVisible()
  await page.getByRole('button', { name: 'サインアウト' }).click()
  await expect(page.getByRole('button', { name: MINATO })).toBeVisible()
  await expect(other.getByRole('button', { name: MINATO })).toBeVisible()
})
