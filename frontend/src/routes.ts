import { createRouter, createWebHistory, type Router } from 'vue-router'
import SearchView from './search/SearchView.vue'
import type { Session } from './session/session'

declare module 'vue-router' {
  interface RouteMeta {
    /** Can be seen without being signed in. */
    open?: boolean
    /** For administrators alone. */
    admin?: boolean
  }
}

/** The pages and their addresses; all but the search are loaded when they are first opened. */
export function createRoutes(session: Session): Router {
  const router = createRouter({
    history: createWebHistory(),
    routes: [
      { path: '/', name: 'search', component: SearchView },
      {
        path: '/documents',
        name: 'library',
        component: () => import('./documents/LibraryView.vue'),
      },
      { path: '/upload', name: 'upload', component: () => import('./upload/UploadView.vue') },
      { path: '/words', name: 'words', component: () => import('./words/WordsView.vue') },
      { path: '/model', name: 'model', component: () => import('./model/ModelView.vue') },
      { path: '/usage', name: 'usage', component: () => import('./usage/UsageView.vue') },
      {
        path: '/operations',
        name: 'operations',
        component: () => import('./operations/OperationsView.vue'),
        meta: { admin: true },
      },
      {
        path: '/documents/:id([a-z2-7]{26})',
        name: 'document',
        component: () => import('./documents/DocumentView.vue'),
      },
      {
        path: '/sign-in',
        name: 'sign-in',
        component: () => import('./session/SignInView.vue'),
        meta: { open: true },
      },
      {
        path: '/signed-in',
        name: 'signed-in',
        component: () => import('./session/SignedInView.vue'),
        meta: { open: true },
      },
      {
        path: '/:rest(.*)*',
        name: 'not-found',
        component: () => import('./design/NotFoundView.vue'),
      },
    ],
    scrollBehavior: (to, from, saved) =>
      saved ?? (to.path === from.path && to.hash === from.hash ? undefined : { top: 0 }),
  })
  router.beforeEach((to) => {
    if (to.meta.admin && !session.isAdmin.value && session.person.value) return { name: 'search' }
    if (to.meta.open || session.person.value) return true
    return { name: 'sign-in', query: to.fullPath === '/' ? {} : { to: to.fullPath } }
  })
  return router
}
