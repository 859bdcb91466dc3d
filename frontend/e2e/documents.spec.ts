import { expect, MINATO, search, signIn, test, titles } from './people'

const SECRET = '翡翠色の回覧板'

test('uploads a file, follows it until it is found, shows and deletes it', async ({ page }) => {
  await signIn(page, MINATO, '/upload')
  const name = `e2e/回覧-${Date.now()}.txt`.replace('e2e/', '')
  await page
    .getByLabel('ファイルを選ぶ')
    .and(page.locator('input'))
    .setInputFiles([
      {
        name,
        mimeType: 'text/plain',
        buffer: Buffer.from(`${SECRET}\n\n町内会の${SECRET}は毎月回します。`),
      },
      { name: 'photo.heic', mimeType: 'image/heic', buffer: Buffer.from('x') },
    ])
  await expect(page.getByRole('listitem').filter({ hasText: 'photo.heic' })).toContainText(
    '追加できません',
  )
  await expect(page.getByRole('listitem').filter({ hasText: name })).toContainText('検索できます', {
    timeout: 45_000,
  })

  await page.goto('/')
  await search(page, SECRET)
  await titles(page).filter({ hasText: SECRET }).getByRole('link').click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(SECRET)
  await expect(page.locator('mark').first()).toBeVisible()

  await page.goto('/documents')
  await page
    .getByRole('row')
    .filter({ hasText: name })
    .getByRole('button', { name: /削除/ })
    .click()
  await page.getByRole('dialog').getByRole('button', { name: '削除' }).click()
  await expect(page.getByRole('row').filter({ hasText: name })).toHaveCount(0, { timeout: 45_000 })
})

test('shows a document that holds markup as text', async ({ page }) => {
  await signIn(page, MINATO, '/upload')
  const name = `markup-${Date.now()}.txt`
  const hostile =
    '薄墨色の注意書き <img src=x onerror="document.title=1"> <script>document.title=2</script>'
  await page
    .getByLabel('ファイルを選ぶ')
    .and(page.locator('input'))
    .setInputFiles({
      name,
      mimeType: 'text/plain',
      buffer: Buffer.from(hostile),
    })
  await expect(page.getByRole('listitem').filter({ hasText: name })).toContainText('検索できます', {
    timeout: 45_000,
  })
  await page.goto(`/?mode=words&q=${encodeURIComponent('薄墨色')}`)
  await expect(page.getByText('<img src=x').first()).toBeVisible()
  await expect(page.locator('img[src="x"]')).toHaveCount(0)
})

test('downloads the original', async ({ page }) => {
  await signIn(page, MINATO, `/?mode=words&q=${encodeURIComponent('旅費規程')}`)
  await titles(page).filter({ hasText: '旅費規程' }).getByRole('link').click()
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: '元のファイルをダウンロード' }).click()
  expect((await download).suggestedFilename()).toBe('旅費規程.txt')
})
