"""General Japanese sentences in pairs, graded by likeness: what a tuned model must not forget.

Written for this purpose: scenes of everyday life that no tenant's documents are about. Of each
sentence there is one that means the same (4), one that differs in something that matters (2), and
one that shares its subject alone (1); a sentence of another scene has nothing to do with it (0).
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from kotogura.semantics.embedder import Embedder

_SCENES = (
    ("男の子が公園でボールを蹴っている。", "公園で少年がサッカーボールを蹴って遊んでいる。",
     "男の子が公園でボールを拾っている。", "公園のベンチが新しくなった。"),
    ("女性が台所で野菜を切っている。", "台所に立った女の人が、包丁で野菜を刻んでいる。",
     "男性が台所で魚を焼いている。", "今年は野菜の値段が高い。"),
    ("白い犬が海岸を走っている。", "浜辺を真っ白な犬が駆けている。",
     "白い犬が海岸で眠っている。", "海岸は観光客で混み合う。"),
    ("電車が駅のホームに入ってくる。", "列車が駅に到着しようとしている。",
     "電車が駅のホームを通り過ぎる。", "駅の売店で弁当を買った。"),
    ("二人の老人が将棋を指している。", "お年寄りが二人で将棋の対局をしている。",
     "二人の子どもが将棋を習っている。", "将棋の駒は木でできている。"),
    ("雪が降って、道が白くなった。", "降雪で道路が真っ白になった。",
     "雪がやんで、道が乾いた。", "雪国では冬に備えて車のタイヤを替える。"),
    ("赤い自転車が壁に立てかけてある。", "壁にもたせかけて、赤い自転車が止めてある。",
     "青い自転車が門の前に倒れている。", "自転車で通う生徒が増えた。"),
    ("赤ちゃんが母親に抱かれて笑っている。", "お母さんの腕の中で赤ん坊がにこにこしている。",
     "赤ちゃんが父親に抱かれて泣いている。", "赤ちゃんは日に何度も眠る。"),
    ("カップに熱いコーヒーを注ぐ。", "温かい珈琲をカップに入れる。",
     "グラスに冷たい牛乳を注ぐ。", "コーヒー豆は高地でとれる。"),
    ("鳥が木の枝に止まって鳴いている。", "枝にとまった小鳥がさえずっている。",
     "鳥が木の枝から飛び立つ。", "木の枝が伸びたので庭師を呼んだ。"),
    ("学生たちが図書館で本を読んでいる。", "図書館では学生が読書をしている。",
     "学生たちが図書館の前で話している。", "図書館は来月から改修に入る。"),
    ("男性が傘をさして歩いている。", "傘をさした男の人が道を行く。",
     "男性が傘を持たずに走っている。", "傘の忘れ物が多い季節だ。"),
    ("猫が箱の中で丸くなっている。", "箱に入った猫が体を丸めている。",
     "猫が箱の上から飛び降りた。", "猫は暗い所でもよく見える。"),
    ("店先にたくさんの花が並んでいる。", "花が店の前にいっぱい並べてある。",
     "店先にたくさんの靴が並んでいる。", "花の香りで季節を知る。"),
    ("山の頂上から町を見下ろす。", "山頂に立って、下に広がる町を眺める。",
     "町から山の頂上を見上げる。", "山の天気は変わりやすい。"),
    ("消防士が火事を消している。", "消防隊員が火災の消火に当たっている。",
     "消防士が車を洗っている。", "火事の原因はまだ分からない。"),
    ("飛行機が滑走路を離れた。", "旅客機が空港から飛び立った。",
     "飛行機が滑走路に降りた。", "飛行機の中では耳が痛くなる。"),
    ("父は毎朝、庭で体操をする。", "父の日課は、朝に庭で体を動かすことだ。",
     "父は毎晩、庭に水をまく。", "体操の選手が引退を発表した。"),
    ("このケーキは甘すぎる。", "このケーキは砂糖が多くて、くどいほど甘い。",
     "このケーキは甘くなくておいしい。", "ケーキを切る前に、ろうそくの火を消した。"),
    ("川で大勢の人が釣りをしている。", "多くの釣り人が川に糸を垂らしている。",
     "川で大勢の人が泳いでいる。", "釣り道具を弟に譲った。"),
    ("彼は約束の時間に遅れてきた。", "彼が来たのは、決めた時刻を過ぎてからだった。",
     "彼は約束の時間より早く来た。", "約束の場所は駅の北口だった。"),
    ("祭りの夜、空に花火が上がる。", "夜祭りで花火が打ち上げられる。",
     "祭りの朝、みこしが町を回る。", "花火工場の見学を申し込んだ。"),
    ("新しい橋が来春に開通する。", "来年の春、橋が新しく使えるようになる。",
     "古い橋が来春に取り壊される。", "橋の下で雨宿りをした。"),
    ("医者が子どもの熱を測る。", "子どもの体温を医師が調べている。",
     "医者が子どもに注射をする。", "病院の待合室に絵が飾ってある。"),
    ("ピアノの音が隣の家から聞こえる。", "隣家で弾くピアノが、ここまで響いてくる。",
     "話し声が隣の家から聞こえる。", "ピアノを習い始めて三年になる。"),
    ("馬が草原で草を食べている。", "草原にいる馬が草をはんでいる。",
     "馬が草原を速く走っている。", "草原に風が吹き渡る。"),
    ("弟は数学が得意だが、英語は苦手だ。", "弟は英語ができないけれども、数学はよくできる。",
     "弟は英語が得意だが、数学は苦手だ。", "数学の教室は三階にある。"),
    ("テーブルに皿とはしが置いてある。", "食卓の上にお皿とお箸が並んでいる。",
     "テーブルにノートとペンが置いてある。", "テーブルの脚を一本直した。"),
    ("選手が最後の一周で先頭に立った。", "最終周回で、その走者がトップに出た。",
     "選手が最後の一周で転んだ。", "選手の宿舎は競技場の隣にある。"),
    ("風が強くて、洗濯物が飛ばされた。", "強風で干していた衣類が飛んでいった。",
     "日が出て、洗濯物がよく乾いた。", "洗濯機が古くなり、音が大きい。"),
)  # fmt: skip
_ELSEWHERE = 7  # scenes further on

GENERAL_PAIRS: tuple[tuple[str, str, float], ...] = tuple(
    (scene[0], other, label)
    for number, scene in enumerate(_SCENES)
    for other, label in (
        (scene[1], 4.0),
        (scene[2], 2.0),
        (scene[3], 1.0),
        (_SCENES[(number + _ELSEWHERE) % len(_SCENES)][0], 0.0),
    )
)
"""Two sentences and their likeness, 0 to 4."""


def general_likeness(embedder: Embedder) -> float:
    """Return how the model's cosines agree with `GENERAL_PAIRS`: Spearman's rho, -1 to 1."""
    return agreement(GENERAL_PAIRS, embedder.embed_queries)


def agreement(
    pairs: Sequence[tuple[str, str, float]], embed: Callable[[Sequence[str]], NDArray[np.float32]]
) -> float:
    """Return Spearman's rho between cosines and labels; 0 where either never differs."""
    one, other = embed([pair[0] for pair in pairs]), embed([pair[1] for pair in pairs])
    cosines = np.sum(one * other, axis=1, dtype=np.float64)
    labels = np.array([pair[2] for pair in pairs], dtype=np.float64)
    left, right = _ranks(np.asarray(cosines)), _ranks(labels)
    if np.ptp(left) == 0 or np.ptp(right) == 0:
        return 0.0
    return float(np.corrcoef(left, right)[0, 1])


def _ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return each value's rank; equal ones share the mean of theirs."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    ranks: NDArray[np.float64] = (ends - (counts - 1) / 2)[places]
    return ranks
