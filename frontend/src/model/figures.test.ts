import { expect, it } from 'vitest'
import type { Models } from '@/api/client'
import { courseOf } from './figures'

const training: Models['TrainingRecord'] = {
  training_id: '20261127T150000000Z-1',
  state: 'promoted',
  cause: 'demand',
  started_at: '',
}

it('draws a score only where it was measured', () => {
  const course = [
    { step: 4, loss: 2.5, score: null },
    { step: 8, loss: 1.5, score: 0.61 },
    { step: 12, loss: 1.25, score: 0.72 },
  ]
  expect(courseOf({ ...training, course })).toEqual({
    losses: [
      { x: 4, y: 2.5 },
      { x: 8, y: 1.5 },
      { x: 12, y: 1.25 },
    ],
    scores: [
      { x: 8, y: 0.61 },
      { x: 12, y: 0.72 },
    ],
    until: 12,
  })
})

it('has no curve of a training that kept none', () => {
  expect(courseOf(training)).toBeNull()
  expect(courseOf({ ...training, course: [{ step: 1, loss: 1 }] })).toBeNull()
})
