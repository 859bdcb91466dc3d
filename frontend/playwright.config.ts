import { defineConfig } from '@playwright/test'

// The page of a running stack, in a browser that is installed already: tests/integration/test_page.py
// starts the stack and names both.
const { KOTOGURA_PAGE, KOTOGURA_CHROMIUM } = process.env

export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results',
  workers: 1,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  forbidOnly: true,
  reporter: 'list',
  use: {
    baseURL: KOTOGURA_PAGE ?? 'http://127.0.0.1:4600',
    locale: 'ja-JP',
    timezoneId: 'Asia/Tokyo',
    viewport: { width: 1280, height: 860 },
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: KOTOGURA_CHROMIUM ?? '/usr/bin/chromium',
      // As root in a container there is no sandbox; nothing is fetched from outside.
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
      ],
    },
  },
})
