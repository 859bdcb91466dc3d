import type { Messages } from '../ja'

export const usage: Messages['usage'] = {
  title: 'Usage',
  span: 'Time',
  days: (days) => `${days} days`,
  searches: 'Searches',
  half: 'Speed of a search (median)',
  slowest: 'Slowest 5 % (95th percentile)',
  training: 'Training time',
  minutes: (minutes) => `${minutes} min`,
  cost: 'Estimated cost',
  storage: 'Size of the index',
  day: 'Day',
  table: 'Show as a table',
  until: (moment) => `Searches are counted until ${moment}.`,
  notCounted: 'Searches haven’t been counted yet; they are every hour.',
  note: 'Days are in UTC; costs are estimated by list prices before tax.',
}

export const operations: Messages['operations'] = {
  title: 'Operations',
  lead: 'When trainings, rebuilds of the index and clean-ups ran, and how far they came.',
  none: 'Nothing has run yet.',
  reindex: 'Rebuild the index',
  reindexText: 'All documents are read anew. Until that has ended, searches go by today’s index.',
  reindexStarted: 'The index is being rebuilt',
  reindexRuns: 'The index is being rebuilt already',
  workflows: { train: 'Training', reindex: 'Rebuild of the index', compact: 'Clean-up' },
  states: {
    running: 'Running',
    succeeded: 'Succeeded',
    failed: 'Failed',
    'timed-out': 'Timed out',
    aborted: 'Aborted',
  },
}
