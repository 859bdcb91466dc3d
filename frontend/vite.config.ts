import { fileURLToPath, URL } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

// Where `kotogura up` or `kotogura demo` serves the built page: `npm run dev` borrows its API, its
// sign-in and its configuration.
const LOCAL_PAGE = 'http://127.0.0.1:4600'
const BORROWED = ['/api', '/oauth2', '/login', '/logout', '/config.json']

export default defineConfig({
  plugins: [vue()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  server: {
    host: '127.0.0.1',
    port: 5173,
    proxy: Object.fromEntries(BORROWED.map((path) => [path, LOCAL_PAGE])),
  },
  build: {
    // The content security policy allows neither inline scripts nor `data:` addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: true,
  },
  test: { environment: 'jsdom', include: ['src/**/*.test.ts'] },
})
