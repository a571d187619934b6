"""Words without a topic, of all languages together: question words, conjunctions, quantifiers and "to be"."""

import functools


@functools.cache
def word_set(words: str) -> frozenset[str]:
    """Return the words of a list with spaces between them."""
    return frozenset(words.split())


_LIST = """
apa apakah siapa siapakah kapan kapankah mana manakah dimana dimanakah kemana kemanakah berapa
berapakah mengapa kenapa bagaimana bagaimanakah bilakah yang di ke dari pada untuk dengan oleh dalam
adalah ialah merupakan akan telah sudah sedang masih juga saja pun lah kah tentang sebagai karena
agar saat ketika seberapa banyak jumlah nama lebih lagi tidak bukan para oh maksudnya bisa dapat
harus ada atas antara what who whom whose when where which why how many much long far old often is
are was were be been being am do does did done has have had will would can could should shall may
might must the a an of in on at to from by for with about into over under as than not no else also
more most some any all exactly please okay ok yes if me you i we us my your our happen happened
called name qué quién quiénes cuándo cuánto cuántos cuánta cuántas dónde cómo cuál cuáles por para
de del el la los las un una unos unas en con a al es son fue fueron era eran ser está están ha han
había se más no sin sobre quoi qui que quand où comment pourquoi combien quel quelle quels quelles
est sont était le les des du une dans sur avec pour par au aux a ont été pas plus was wer wann wo
warum wie welche welcher welches ist sind war waren der den dem ein eine einen im in von zu gì ai
nào khi đâu sao tại bao nhiêu mấy là của ở có được bị cho và các những một ra vào với từ trong không
đã năm ngày vì thế lúc cái người hơn 什么 什麼 谁 誰 何时 何時 什么时候 什麼時候 时候 時候 哪里 哪裡
哪 哪个 哪個 哪些 哪儿 多少 几 幾 怎么 怎麼 多大 多久 多长 多長 人 条 條 了 如何 为什么 為什麼 是 的
了 在 有 吗 嗎 呢 和 与 與 被 把 从 從 到 对 對 为 為 于 於 个 個 也 都 还 還 吧 会 會 は が を に
の で と も へ や から まで です ます か いつ どこ 誰 だれ 何 なに なぜ どう どの いくつ いくら だ
した する ある いる れ た て い し 언제 누가 누구 어디 어디서 무엇 무엇을 왜 어떻게 몇 얼마나 어느
อะไร ใคร เมื่อ ไหร่ ไร เมื่อไร เมื่อไหร่ ที่ไหน ไหน ที่ ทำไม อย่างไร ยังไง กี่ เท่า เท่าไร เท่าไหร่
เท่าใด ใด เป็น คือ อยู่ ใน ของ จาก ให้ ได้ มี จะ ถูก โดย กับ ว่า ไม่ ครับ ค่ะ คะ ล่ะ ละ บ้าง ก็ क्या
कौन कब कहाँ कहां क्यों कैसे कितने कितना कितनी किस किसने है हैं था थी थे का की के में से को पर ने और
हुआ हुई ano sino kailan saan bakit ilan paano alin ang ng sa mga ay na si ni ba kay ما ماذا متى أين
كم كيف لماذا هل أي من في على إلى عن مع أن التي الذي كان كانت هو هي هم قد لا لم ب ل
"""

FUNCTION_WORDS = word_set(_LIST)
