import type { Models } from '@/api/client'
import type { Point } from '@/design/LineChart.vue'

/** What was measured of a training, as far as it is there. */
export interface Figures {
  before: number | null
  after: number | null
  gainLow: number | null
  gainHigh: number | null
  lossFirst: number | null
  lossLast: number | null
  pairs: number | null
  steps: number | null
  seconds: number | null
  model: string | null
  served: string | null
}

/** Reads a training's figures, which the API leaves open. */
export function figuresOf(training: Models['TrainingRecord']): Figures {
  const figures = training.figures ?? {}
  const number = (name: string): number | null => {
    const value = figures[name]
    return typeof value === 'number' ? value : null
  }
  const text = (name: string): string | null => {
    const value = figures[name]
    return typeof value === 'string' ? value : null
  }
  return {
    before: number('mrr10_base'),
    after: number('mrr10_tuned'),
    gainLow: number('gain_low'),
    gainHigh: number('gain_high'),
    lossFirst: number('loss_first'),
    lossLast: number('loss_last'),
    pairs: number('pairs'),
    steps: number('steps'),
    seconds: number('seconds_all') ?? number('seconds'),
    model: text('model'),
    served: text('served'),
  }
}

/** The curves of a training that ended, by step; null where they were not kept. */
export interface Course {
  losses: Point[]
  /** How well watched documents were found, where that was measured on the way. */
  scores: Point[]
  until: number
}

export function courseOf(training: Models['TrainingRecord']): Course | null {
  const course = training.course ?? []
  if (course.length < 2) return null
  return {
    losses: course.map(({ step, loss }) => ({ x: step, y: loss })),
    scores: course.flatMap(({ step, score }) => (score == null ? [] : [{ x: step, y: score }])),
    until: course.at(-1)?.step ?? 1,
  }
}

/** How far a running training is. */
export interface Progress {
  stage: string
  step: number
  steps: number
  loss: number | null
  score: number | null
  secondsLeft: number | null
}

export function progressOf(training: Models['TrainingRecord']): Progress | null {
  const progress = training.progress
  if (!progress) return null
  const number = (name: string): number | null => {
    const value = progress[name]
    return typeof value === 'number' ? value : null
  }
  return {
    stage: String(progress.stage ?? ''),
    step: number('step') ?? 0,
    steps: number('steps') ?? 0,
    loss: number('loss'),
    score: number('score'),
    secondsLeft: number('seconds_left'),
  }
}

/** The models that have served, newest first, each once; the first one serves now. */
export function modelsOf(trainings: Models['TrainingRecord'][]): { model: string; at: string }[] {
  const seen = new Map<string, string>()
  for (const training of trainings) {
    const { model } = figuresOf(training)
    if (model && training.ended_at && !seen.has(model)) seen.set(model, training.ended_at)
  }
  return [...seen].map(([model, at]) => ({ model, at }))
}
