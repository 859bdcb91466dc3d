import type { Messages } from '../ja'
import { s } from './plural'

export const words: Messages['words'] = {
  title: 'Words',
  synonyms: 'Synonyms',
  synonymsLead:
    'One rule a line; they take effect at once. With “A, B” each finds the other, with “A => B” A finds B too.',
  synonymsExample: '有休, 年次有給休暇, 年休\n部長, 課長 => 管理職',
  rulesSaved: 'The synonyms are saved',
  ruleCount: (count) => `${count} rule${s(count)}`,
  dictionary: 'User dictionary',
  dictionaryLead:
    'Words of your own, one a line, as “written,read”. Saving rebuilds the index; until then, today’s dictionary goes on.',
  dictionaryExample:
    '湊式点検票,みなとしきてんけんひょう\n湊花子,ミナトハナコ,名詞,固有名詞,人名,一般',
  entriesSaved: (count) => `${count} word${s(count)} saved. The index is being rebuilt.`,
  entryCount: (count) => `${count} word${s(count)}`,
  save: 'Save',
  saveAndReindex: 'Save and rebuild the index',
  preview: 'How a sentence is cut',
  previewLead: 'Write a sentence to see how the dictionary above cuts it, saved or not.',
  previewExample: '関西国際空港に着く',
  dropped: 'not searched',
}
