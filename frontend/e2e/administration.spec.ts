import { expect, MINATO, signIn, test, titles } from './people'

/** A training takes a minute or two, longer on a busy machine: one is started, and all look at it. */
const TRAINING_MS = 420_000

test('starts a training, follows it, and shows what came of it', async ({ page }) => {
  test.setTimeout(TRAINING_MS + 60_000)
  await signIn(page, MINATO, '/model')
  const ended = page.getByRole('main').locator('ol > li')
  await expect(ended.first()).toBeVisible()
  const before = await ended.count()
  await page.getByRole('button', { name: '今すぐ学習する' }).click()
  await expect(page.getByRole('region', { name: '学習しています' })).toBeVisible()
  await expect(page.getByRole('button', { name: '今すぐ学習する' })).toBeDisabled()
  await expect(ended).toHaveCount(before + 1, { timeout: TRAINING_MS })
  const newest = ended.first()
  await expect(newest.getByText(/^(採用|見送り)$/)).toBeVisible()
  await expect(newest.getByRole('row', { name: /学習前 0\.\d{3}/ })).toBeVisible()
  await expect(newest.getByRole('row', { name: /学習後 0\.\d{3}/ })).toBeVisible()
  // The demonstration's corpus is too small to set documents aside that are watched on the way.
  await expect(newest.getByRole('figure', { name: '損失' })).toBeVisible()
})

test('notes what is opened after a search, once an admin wants it learned from', async ({
  page,
}) => {
  const toOpen = `/?mode=words&q=${encodeURIComponent('空港 日当')}`
  const wish = page.getByRole('checkbox', { name: '検索して開いた文書からも学ぶ' })
  const noting = () =>
    page.waitForResponse((response) => response.url().endsWith('/opened') && response.ok())
  await signIn(page, MINATO, toOpen)
  const unwanted = noting()
  await titles(page).first().getByRole('link').click()
  expect(await (await unwanted).json()).toEqual({ noted: false })

  await page.goto('/model')
  await wish.check()
  await expect(page.getByText('設定を保存しました')).toBeVisible()
  await page.goto(toOpen)
  const noted = noting()
  await titles(page).first().getByRole('link').click()
  expect(await (await noted).json()).toEqual({ noted: true })

  await page.goto('/model')
  await expect(wish).toBeChecked()
  await wish.uncheck()
  await expect(page.getByText('設定を保存しました')).toBeVisible()
})

test('rolls the model back, after asking, where an earlier one has served', async ({ page }) => {
  await signIn(page, MINATO, '/model')
  const trainings = page.getByRole('main').locator('ol > li')
  await expect(trainings.first()).toBeVisible()
  const models = new Set(await trainings.locator('dl code').allTextContents())
  const rollBack = page.getByRole('button', { name: '前のモデルに戻す' })
  if (models.size < 2) {
    // Whether a training is promoted is up to what it measures.
    await expect(rollBack).toBeDisabled()
    return
  }
  await rollBack.click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'やめる' }).click()
  await expect(dialog).toHaveCount(0)
  await rollBack.click()
  await dialog.getByRole('button', { name: '前のモデルに戻す' }).click()
  await expect(page.getByText(/モデル [0-9a-f]{8} に戻しました/)).toBeVisible()
})

test('cuts a sentence by a dictionary that is not saved yet, saves it, and reindexes', async ({
  page,
}) => {
  test.setTimeout(240_000)
  await signIn(page, MINATO, '/words')
  const entries = page.getByRole('textbox', { name: 'ユーザー辞書' })
  await expect(entries).toBeEditable()
  const original = await entries.inputValue()
  const preview = page.getByRole('region', { name: '文の区切り方' })
  await preview.getByRole('textbox').fill('灯里坂便覧を読む')
  await expect(preview.getByRole('listitem').first()).toBeVisible()
  await expect(preview.getByRole('listitem').filter({ hasText: '灯里坂便覧' })).toHaveCount(0)
  await entries.fill(`${original.trimEnd()}\n灯里坂便覧,アカリザカビンラン\n`.trimStart())
  await expect(preview.getByRole('listitem').filter({ hasText: '灯里坂便覧' })).toBeVisible()

  await page.getByRole('button', { name: '保存して索引を作り直す' }).click()
  await expect(page.getByText(/索引を作り直しています/)).toBeVisible()
  await page.reload()
  await expect(entries).toHaveValue(/灯里坂便覧/)

  await page.goto('/operations')
  const newest = page.getByRole('main').locator('ul > li').first()
  await expect(newest).toContainText('索引の作り直し')
  await newest.getByRole('button').click()
  await expect(newest.locator('ol > li').first()).toBeVisible()
  await expect(newest.getByText('成功')).toBeVisible({ timeout: 180_000 })

  await page.goto('/words')
  await entries.fill(original)
  await page.getByRole('button', { name: '保存して索引を作り直す' }).click()
  await expect(page.getByText(/索引を作り直しています/)).toBeVisible()
})

test('reindexes on demand, once at a time', async ({ page }) => {
  test.setTimeout(240_000)
  await signIn(page, MINATO, '/operations')
  const newest = page.getByRole('main').locator('ul > li').first()
  await page.getByRole('button', { name: '索引を作り直す' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '索引を作り直す' }).click()
  await expect(page.getByText(/索引の作り直し(を始めました|は、もう始まっています)/)).toBeVisible()
  await expect(newest).toContainText('索引の作り直し')
  await expect(newest.getByText('成功')).toBeVisible({ timeout: 180_000 })
})

test('tells which line of the synonyms is wrong, and keeps what was typed', async ({ page }) => {
  await signIn(page, MINATO, '/words')
  const rules = page.getByRole('textbox', { name: '同義語' })
  await expect(rules).toBeEditable()
  const original = await rules.inputValue()
  await rules.fill(`${original}\n=> 一方だけ`)
  await page.getByRole('button', { name: '保存', exact: true }).click()
  await expect(page.getByRole('alert').filter({ hasText: /\d/ })).toBeVisible()
  await expect(rules).toHaveValue(/一方だけ/)
})
