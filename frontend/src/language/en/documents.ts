import type { Messages } from '../ja'

export const document: Messages['document'] = {
  back: 'Back to the results',
  closest: 'Closest to the question',
  marks: (count) => `${count} match${String(count) === '1' ? '' : 'es'}`,
  nextMark: 'Next match',
  previousMark: 'Previous match',
  about: 'About this document',
  name: 'Name',
  type: 'Type',
  size: 'Size',
  length: 'Characters',
  similar: 'Similar documents',
  noModel: 'Similar documents appear once a model has been trained.',
  download: 'Download the original file',
  truncated: 'This document is long: only its first million characters are shown.',
  text: 'Text',
}

export const library: Messages['library'] = {
  title: 'Documents',
  filter: 'Filter by state',
  prefix: 'Name begins with, as rules/',
  leaving: 'Being deleted',
  document: 'Document',
  state: 'State',
  updated: 'Updated',
  none: 'There are no such documents.',
  remove: 'Delete',
  removeOne: (name) => `Delete “${name}”`,
  removeTitle: 'Delete this document?',
  removeText: (name) => `“${name}” will no longer be found, and its file is deleted too.`,
  removed: (name) => `Deleting “${name}”`,
  states: {
    received: 'Being read',
    indexed: 'Findable',
    unpacked: 'Unpacked',
    quarantined: 'Needs attention',
    deleted: 'Deleted',
  },
  reasons: {
    'undecodable-text': 'Its character set is unknown. Save it as UTF-8 text.',
    'unsupported-document':
      'This format can’t be read. Save .doc as .docx, .xls as .xlsx, .ppt as .pptx.',
    'encrypted-document': 'It has a password. Save it without one.',
    'broken-document':
      'It is damaged, or not what its name says. Open it, save it anew and add it again.',
    'document-bomb': 'It unpacks to far too much. Save it anew, or split it.',
    'document-too-slow': 'It takes too long to read. Split it, or save it anew.',
    'quota-reached':
      'There is no room for it. Delete documents, or have the limit raised, then add it again.',
    'invalid-metadata': 'The .meta.json beside it is wrong. Once corrected, it is read anew.',
    'document-too-large': 'It is too large (20 MB at most). Split it.',
    'empty-document': 'There is no text in it. Put some in, or delete it.',
    'invalid-document-name':
      'Its name is too long, or has characters that can’t be used. Rename it.',
    'unanalyzable-text': 'It has a character that can’t be analysed. Remove that character.',
    'commit-conflict': 'Too much happened at once. If this stays, add it again.',
    'index-lost': 'The index is missing. It is found again once the index is built anew.',
    'store-unavailable': 'The store did not answer. Add it again.',
    throttled: 'The store did not answer. Add it again.',
    'analyzer-mismatch': 'The index has to be rebuilt.',
    internal: 'Something failed inside. Add it again.',
  },
}

export const upload: Messages['upload'] = {
  title: 'Add documents',
  drop: 'Drop files or folders here',
  files: 'Choose files',
  folder: 'Choose a folder',
  formats: 'Text, Markdown, HTML, PDF, Word, Excel, PowerPoint, CSV, JSON. 20 MB a file at most.',
  progress: (done, all) => `${done} of ${all} can be found`,
  remove: 'Take off the list',
  leave: 'Files are still being sent. Leave this page?',
  stages: {
    waiting: 'Waiting',
    sending: 'Sending',
    failed: 'Not sent',
    refused: 'Can’t be added',
    received: 'Being read',
    indexed: 'Findable',
    unpacked: 'Unpacked',
    quarantined: 'Needs attention',
    deleted: 'Deleted',
  },
}
