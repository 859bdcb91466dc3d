export const usage = {
  title: '利用状況',
  span: '期間',
  days: (days: number) => `${days} 日間`,
  searches: '検索回数',
  half: '検索の速さ（中央値）',
  slowest: '遅いほうの 5%（95 パーセンタイル）',
  training: '学習時間',
  minutes: (minutes: string) => `${minutes} 分`,
  cost: '費用の目安',
  storage: '索引の大きさ',
  day: '日',
  table: '表で見る',
  until: (moment: string) => `${moment} までの検索を数えました。`,
  notCounted: '検索はまだ数えられていません（毎時数えます）。',
  note: '日付は UTC、費用は税抜きの定価による見積もりです。',
}

export const operations = {
  title: '運用',
  lead: '学習、索引の作り直し、整理が、いつ、どこまで進んだか。',
  none: 'まだ何も行われていません。',
  reindex: '索引を作り直す',
  reindexText: 'すべての文書を読み直します。済むまでは今の索引で検索できます。',
  reindexStarted: '索引の作り直しを始めました',
  reindexRuns: '索引の作り直しは、もう始まっています',
  workflows: { train: '学習', reindex: '索引の作り直し', compact: '整理' } as Record<
    string,
    string
  >,
  states: {
    running: '実行中',
    succeeded: '成功',
    failed: '失敗',
    'timed-out': '時間切れ',
    aborted: '中止',
  } as Record<string, string>,
}
