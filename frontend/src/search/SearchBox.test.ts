import { mount, type VueWrapper } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { connect } from '@/api/client'
import SearchBox from './SearchBox.vue'

const SUGGESTIONS = {
  generation: 1,
  suggestions: [
    { text: '東京', word: '東京', reading: 'とうきょう', document_frequency: 3 },
    { text: '東京駅', word: '東京駅', reading: 'とうきょうえき', document_frequency: 1 },
  ],
}

let box: VueWrapper
let asked: string[]

beforeEach(() => {
  vi.useFakeTimers()
  asked = []
  vi.stubGlobal('fetch', async (request: Request) => {
    asked.push(new URL(request.url).searchParams.get('q') ?? '')
    return Response.json(SUGGESTIONS)
  })
  connect('http://api.test', { token: async () => 'token', tokenInsteadOf: async () => 'other' })
  box = mount(SearchBox, {
    attachTo: document.body,
    props: {
      modelValue: '',
      'onUpdate:modelValue': (text: string) => void box.setProps({ modelValue: text }),
    },
  })
})

afterEach(() => {
  box.unmount()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

async function type(text: string): Promise<void> {
  await box.get('input').setValue(text)
  await vi.advanceTimersByTimeAsync(200)
}

describe('the search box', () => {
  it('submits on Enter', async () => {
    await type('空港')
    await box.get('input').trigger('keydown', { key: 'Enter' })
    expect(box.emitted('submit')).toEqual([['空港']])
  })

  it('never submits on the Enter that ends a kana-kanji conversion', async () => {
    await type('くうこう')
    await box.get('input').trigger('keydown', { key: 'Enter', isComposing: true })
    expect(box.emitted('submit')).toBeUndefined()
  })

  it('never submits on that Enter in Safari, which tells of it by its key code alone', async () => {
    await type('くうこう')
    await box.get('input').trigger('keydown', { key: 'Enter', keyCode: 229 })
    expect(box.emitted('submit')).toBeUndefined()
  })

  it('leaves the arrow keys to the conversion too', async () => {
    await type('とう')
    await box.get('input').trigger('keydown', { key: 'ArrowDown', isComposing: true })
    expect(box.find('[aria-selected="true"]').exists()).toBe(false)
  })

  it('suggests while kana are still being composed', async () => {
    await box.get('input').trigger('compositionstart')
    await type('とう')
    expect(asked).toEqual(['とう'])
    expect(box.findAll('[role="option"]')).toHaveLength(2)
  })

  it('asks once for what is typed at a stretch', async () => {
    await box.get('input').setValue('と')
    await box.get('input').setValue('とう')
    await vi.advanceTimersByTimeAsync(200)
    expect(asked).toEqual(['とう'])
  })

  it('takes a suggestion by arrow key and Enter', async () => {
    await type('とう')
    await box.get('input').trigger('keydown', { key: 'ArrowDown' })
    await box.get('input').trigger('keydown', { key: 'ArrowDown' })
    await box.get('input').trigger('keydown', { key: 'Enter' })
    expect(box.emitted('submit')).toEqual([['東京駅']])
  })

  it('closes the suggestions on Escape and keeps what was typed', async () => {
    await type('とう')
    await box.get('input').trigger('keydown', { key: 'Escape' })
    expect(box.get('input').attributes('aria-expanded')).toBe('false')
    expect(box.get<HTMLInputElement>('input').element.value).toBe('とう')
  })
})
