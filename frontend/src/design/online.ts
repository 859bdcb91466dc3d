import { ref } from 'vue'

/** Whether the browser believes that there is a network. */
export const isOnline = ref(navigator.onLine)

addEventListener('online', () => {
  isOnline.value = true
})
addEventListener('offline', () => {
  isOnline.value = false
})
