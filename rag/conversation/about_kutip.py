"""Tells a question about Kutip itself, such as "kamu ini siapa sih?", by the words of which it consists.

Each language has words for "you", and words that may stand beside them in such a question. Any other word
makes it a question for the articles: "Siapa sampeyan tani?" The words are folded and have no accents.
Those of Chinese, Japanese and Thai may be parts of a text without spaces.
"""

from rag.text.function_words import word_set

# Words that mean the same in all languages.
_EVERYWHERE = "ai bot robot chatbot chatgpt gpt gemini claude kutip"

_YOU = {
    "id": """kamu anda lu lo elo loe kau engkau ente dikau kalian namamu penciptamu pembuatmu kutip tugasmu
        fungsimu kerjamu umurmu agamamu pacarmu rumahmu""",
    "ms": "kutip awak kamu anda engkau hang kau korang",
    "en": "you u ya your ur yours yourself kutip",
    "zh-Hans": "你 您 你们 你的 您的",
    "zh-Hant": "妳 你們",
    "ja": "あなた 君 きみ お前 おまえ あんた",
    "ko": "너 넌 너는 너의 네 니 당신 당신은 당신의 당신이 그쪽 자네",
    "ar": "انت أنت أنتي انتي أنتم اسمك عمرك",
    "es": "tu te ti usted eres puedes sabes haces llamas funcionas",
    "pt": "voce vc tu te ti es seu sua teu tua",
    "fr": "tu toi t te vous es etes peux pouvez sais ton votre",
    "de": "du dich dir dein deine deinen bist kannst heißt",
    "vi": "bạn mày cậu",
    "th": "คุณ เธอ แก นาย ท่าน",
    "ru": "ты тебя тебе твое твой вы вас вам ваше ваш",
    "hi": "आप आपका आपको आपकी आपने तुम तू तुम्हारा तुझे तुम्हें aap aapka tum",
    "it": "tu te ti tuo tua sei puoi sai fai chiami funzioni",
    "tr": "sen sana seni senin siz sizin kimsin nesin",
    "nl": "je jij jou jouw u uw",
    "fil": "ka kayo ikaw mo iyo iyong kang",
    "jv": "kowe sampeyan panjenengan",
    "su": "anjeun maneh",
}

_BESIDE = {
    "id": """siapa siapakah sapa apa apakah apaan ini itu tuh sih ya yah dong deh nih kah kan adalah
        sebenarnya sebenernya manusia orang asisten mesin program aplikasi model nama bernama bisa dapat
        mampu boleh lakukan melakukan ngapain buat membuat bikin dibuat dibikin diciptakan menciptakan
        pencipta pembuat oleh sama yang yg untuk saja aja bantu membantu dibantu saya aku bekerja
        kerja cara gimana bagaimana beneran asli berapa umur dari mana berasal bicara berbicara ngomong bahasa
        indonesia inggris melayu jawa halo hai lagi ngerti mengerti paham punya pacar tinggal di lahir kapan
        agama
        cantik ganteng pintar pinter bodoh goblok lucu baik banget sekali hebat keren atau suka warna
        makanan film musik hobi favorit kesukaan jahat jelek payah ngaco menyebalkan pembohong bohong serius
        yakin salah benar bener lemot sibuk sehat tahu mau""",
    "ms": """siapa siapakah apa apakah adakah ni tu ini itu manusia orang mesin program nama bernama boleh
        buat dibuat mencipta oleh yang untuk sahaja bantu tolong saya bagaimana macam mana berasal dari
        cakap bertutur bahasa melayu inggeris ke ya atau suka bagus sangat pandai bodoh cantik terbaik""",
    "en": """who what whats whos how old where which are r am is do does can could did have will so s re
        m the a an name human person real machine program model assistant language languages creator maker
        made makes make created built developed work works help me i ask for from by today exactly really
        speak indonesian malay english called call hi hello hey llm gpt understand love single married stupid
        smart dumb amazing awesome great so very or like favorite favourite color colour food movie music
        hobby useless annoying bad terrible funny cute boring best worst liar lying wrong right sure serious
        kidding fine busy my with homework tomorrow later again please want know think""",
    "zh-Hans": """是 谁 什么 什麼 叫 名字 吗 么 呢 呀 啊 吧 机器人 人 真人 人类 人工智能 能 会 可以 做 干
        干什么 做什么 帮 帮助 我 的 模型 哪个 语言 怎么 用 谁做的 开发 创造 请问 到底 多大 几岁 到底是 还是
        喜欢""",
    "zh-Hant": "是 誰 什麼 叫 名字 嗎 呢 啊 吧 機器人 人 真人 人工智慧 能 會 可以 做 幫 幫助 我 的 模型 請問",
    "ja": """は の が って 誰 だれ 何 なに 何者 誰 名前 お名前 です ですか か でしょうか なの なんですか
        ロボット 人間 ボット 教えて ください できる できます できますか 何が 作った 誰が 作られた に
        それとも 好き""",
    "ko": """누구 누구야 누구니 누구냐 누구세요 누구예요 누구에요 누구입니까 누구인가요 뭐 뭐야 뭐니 뭔데 뭘
        무엇을 무엇 이름 이름은 이름이 로봇 로봇이야 로봇이니 사람 사람이야 사람이니 인공지능 인공지능이야
        할 수 있어 있니 있어요 있나요 어떻게 만들었어 만들었니 누가 아니면 좋아해""",
    "ar": """من مين ما ماذا هل شو ايش إيش هو هي روبوت إنسان انسان بشر آلة برنامج ذكاء اصطناعي تكون يمكنك
        تستطيع تفعل أن تعمل كيف اسم صنعك الذي لي أم أو تحب""",
    "es": """que quien cual es un una robot humano humana persona real ia asistente nombre como hacer creo
        hizo ayudarme ayudar me en por de tus hola o gusta""",
    "pt": """que quem qual e o um uma robo robot humano pessoa real ia nome como se chama pode fazer faz
        sabe criou fez ajudar me em por de mesmo ola oi ou gosta""",
    "fr": """qui que quoi qu est ce c un une robot humain personne vrai ia nom quel comment appelles
        appelez faire fais m me aider a cree fait je puis demander fonctionnes fonctionnez en de ou aimes""",
    "de": """wer was wie ein eine roboter mensch ki name ist tun machen machst hat gemacht erschaffen
        entwickelt mir helfen alles denn eigentlich echt wobei funktionierst hallo oder magst""",
    "vi": """là ai gì tên vậy thế à hả có phải không người robot máy thể làm được giúp tôi ơi nào đã tạo ra
        được xin chào hoạt động như hay thích""",
    "th": """คือ เป็น ใคร อะไร ชื่อ หุ่นยนต์ คน มนุษย์ หรือเปล่า หรือ ไหม มั้ย ทำ ได้ บ้าง ช่วย คะ ครับ ค่ะ กัน
        แน่ นะ จ๊ะ สร้าง ชอบ""",
    "ru": """кто что такой такая такое такие как зовут робот бот человек ии нейросеть умеешь умеете можешь
        можете делать создал сделал это ли и у имя помочь мне работаешь вообще а или любишь""",
    "hi": """कौन क्या नाम हैं हो है रोबोट इंसान मशीन एआई कर सकते सकती बनाया किसने ने मेरी मदद kaun kya naam ho
        hai hain kar sakte sakti या पसंद""",
    "it": """chi che cosa come e un una robot umano persona vera ia nome qual fare ha creato mi aiutare ciao
        o ti piace""",
    "tr": """kim ne nasıl bir robot insan mısın musun yapay zeka adın adı neler yapabilirsin yapıyorsun
        çalışıyorsun yaptı kimsin misin merhaba yoksa seviyorsun""",
    "nl": """wie wat hoe ben bent kun kan heet een robot mens echt naam is doen mij gemaakt heeft hallo of
        leuk""",
    "fil": "sino ano ba po talaga tao ang pangalan kaya kayang gawin magagawa ng gumawa sa o gusto",
    "jv": "sapa sopo sinten iki kuwi apa opo to jenenge manungsa asmane sing utawa",
    "su": "saha naon teh ieu nami jalma atawa",
}

YOU = {language: word_set(words) for language, words in _YOU.items()}
BESIDE_YOU = {
    language: word_set(f"{words} {_YOU[language]} {_EVERYWHERE}") for language, words in _BESIDE.items()
}
