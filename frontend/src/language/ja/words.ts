export const words = {
  title: '言葉',
  synonyms: '同義語',
  synonymsLead:
    '1 行に 1 つ。保存するとすぐに効きます。「A, B」はどちらでも見つかり、「A => B」は A で B も見つかります。',
  synonymsExample: '有休, 年次有給休暇, 年休\n部長, 課長 => 管理職',
  rulesSaved: '同義語を保存しました',
  ruleCount: (count: string) => `${count} 件`,
  dictionary: 'ユーザー辞書',
  dictionaryLead:
    '社内だけの言葉を 1 行に 1 つ、「表記,読み」で。保存すると索引を作り直し、済むまでは今の辞書のままです。',
  dictionaryExample:
    '湊式点検票,みなとしきてんけんひょう\n湊花子,ミナトハナコ,名詞,固有名詞,人名,一般',
  entriesSaved: (count: string) => `${count} 語を保存しました。索引を作り直しています。`,
  entryCount: (count: string) => `${count} 語`,
  save: '保存',
  saveAndReindex: '保存して索引を作り直す',
  preview: '文の区切り方',
  previewLead: '文を入れると、上の辞書（保存前でも）でどう区切られるかが分かります。',
  previewExample: '関西国際空港に着く',
  dropped: '検索しません',
}
