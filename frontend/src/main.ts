import { createApp } from 'vue'
import App from './App.vue'
import { connect } from './api/client'
import './design/tokens.css'
import './design/base.css'
import { createRoutes } from './routes'
import { loadConfiguration } from './session/configuration'
import { provideSession, Session } from './session/session'
import StartFailed from './StartFailed.vue'

async function start(): Promise<void> {
  const configuration = await loadConfiguration()
  const session = new Session(configuration)
  connect(configuration.apiUrl, session)
  const app = createApp(App)
  provideSession(app, session)
  app.use(createRoutes(session)).mount('#page')
}

start().catch((error: unknown) => {
  console.error(error)
  createApp(StartFailed).mount('#page')
})
