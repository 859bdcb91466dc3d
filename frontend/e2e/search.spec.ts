import { expect, HOSHINO, MINATO, search, signIn, test, titles } from './people'

const BABY = 'もうすぐ赤ちゃんが生まれるので、しばらく仕事を休みたい'

test('finds by words, and marks them', async ({ page }) => {
  await signIn(page, MINATO)
  await search(page, '空港 日当')
  await page.getByText('言葉', { exact: true }).and(page.locator('fieldset span')).click()
  await expect(titles(page).first()).toHaveText('旅費規程')
  await expect(page.locator('mark').filter({ hasText: '空港' }).first()).toBeVisible()
  await expect(page).toHaveURL(/mode=words/)
})

test('finds by meaning what has none of the words', async ({ page }) => {
  await signIn(page, MINATO, `/?mode=meaning&q=${encodeURIComponent(BABY)}`)
  await expect(titles(page).filter({ hasText: '育児・介護休業規程' })).toBeVisible()
})

test('finds by both, and tells why', async ({ page }) => {
  await signIn(page, MINATO, `/?mode=both&q=${encodeURIComponent('空港 日当')}`)
  await expect(titles(page).first()).toHaveText('旅費規程')
  await page.getByRole('button', { name: 'なぜ一致？' }).first().click()
  await expect(page.getByRole('table').getByRole('rowheader', { name: '日当' })).toBeVisible()
})

test('suggests words by kanji, kana and rōmaji', async ({ page }) => {
  await signIn(page, MINATO)
  const box = page.getByRole('combobox', { name: '検索する言葉や質問' })
  for (const typed of ['東', 'とうきょ', 'toky']) {
    const answered = page.waitForResponse((response) => response.url().includes('/suggest'))
    await box.fill(typed)
    await answered
    await expect(page.getByRole('option', { name: /東京/ }).first()).toBeVisible()
  }
  await box.press('ArrowDown')
  await box.press('Enter')
  await expect(page).toHaveURL(/q=%E6%9D%B1%E4%BA%AC/)
})

test('leaves the Enter of a kana-kanji conversion to the conversion', async ({ page }) => {
  await signIn(page, MINATO)
  const box = page.getByRole('combobox', { name: '検索する言葉や質問' })
  await box.focus()
  const browser = await page.context().newCDPSession(page)
  await browser.send('Input.imeSetComposition', {
    text: '空港',
    selectionStart: 2,
    selectionEnd: 2,
  })
  await browser.send('Input.dispatchKeyEvent', {
    type: 'rawKeyDown',
    key: 'Enter',
    code: 'Enter',
    windowsVirtualKeyCode: 229,
  })
  await browser.send('Input.insertText', { text: '空港' })
  await expect(box).toHaveValue('空港')
  await expect(page).not.toHaveURL(/q=/)
  await box.press('Enter')
  await expect(page).toHaveURL(/q=/)
})

test('refines by a facet, and the back button takes it back', async ({ page }) => {
  await signIn(page, MINATO, `/?q=${encodeURIComponent('休暇')}`)
  await expect(titles(page).first()).toBeVisible()
  await page.getByRole('group', { name: '種類' }).getByLabel(/HTML/).check()
  await expect(page).toHaveURL(/filter=type/)
  await expect(page.getByRole('button', { name: /絞り込みを外す：種類/ })).toBeVisible()
  await page.goBack()
  await expect(page).not.toHaveURL(/filter=/)
  await expect(page.getByRole('group', { name: '種類' }).getByLabel(/HTML/)).not.toBeChecked()
})

test('pages by addresses that can be shared', async ({ page }) => {
  await signIn(page, MINATO, '/?sort=name')
  // Titles may be alike; the document a hit leads to is one only.
  const hit = titles(page).first().getByRole('link')
  const first = await hit.getAttribute('href')
  await page.getByRole('button', { name: '次のページ' }).click()
  await expect(page).toHaveURL(/page=2/)
  await expect(hit).not.toHaveAttribute('href', first ?? '')
  const second = await hit.getAttribute('href')
  await page.reload()
  await expect(hit).toHaveAttribute('href', second ?? '')
})

test('says what to do where nothing is found, or the query is broken', async ({ page }) => {
  await signIn(page, MINATO, '/?mode=words&q=zzzqqq')
  await expect(page.getByText('見つかりませんでした')).toBeVisible()
  await page.getByRole('button', { name: '意味で探す' }).click()
  await expect(page).toHaveURL(/mode=meaning/)
  await page.goto('/?q=(%22abc')
  await expect(page.getByRole('alert')).toContainText('検索式')
})

test('shows one tenant nothing of another', async ({ page }) => {
  await signIn(page, HOSHINO, `/?mode=words&q=${encodeURIComponent('旅費規程')}`)
  await expect(
    page
      .getByRole('status')
      .filter({ hasText: /件|見つかりません/ })
      .first(),
  ).toBeVisible()
  await expect(titles(page).filter({ hasText: '旅費規程' })).toHaveCount(0)
})

test('makes a close word a synonym by one click, and takes it back', async ({ page }) => {
  await signIn(page, MINATO, `/?mode=words&q=${encodeURIComponent('休暇')}`)
  const near = page.getByRole('region', { name: '近い言葉' })
  await near
    .getByRole('button', { name: /を同義語にする/ })
    .first()
    .click()
  await expect(near.getByText('同義語', { exact: true })).toBeVisible()
  await page.getByRole('button', { name: '元に戻す' }).click()
  await expect(near.getByText('同義語', { exact: true })).toHaveCount(0)
})
